"""Which codes are in doubt while news of a certificate can't be applied."""

from __future__ import annotations

from typing import Final

from libs.chassis.log import Record
from libs.contracts.certificates import CertificateState
from libs.contracts.code import code_hash
from services.verification import handlers
from tests.support.verifying import CODE, OTHER_CODE, verifying, version

CERTIFICATE: Final = "request-1"


def _record(value: bytes | None, key: bytes | None = CERTIFICATE.encode()) -> Record:
    return Record("certificates.state", 0, 7, key, value, ())


def _state(code: str) -> bytes:
    event = CertificateState(
        certificate_id=CERTIFICATE,
        request_id=CERTIFICATE,
        person_id="person-1",
        centre="COAPH-061",
        sealed="nobody can open this",
        versions=(version(code),),
    )
    return event.model_dump_json().encode()


async def test_a_state_that_cannot_be_opened_tells_its_codes_in_clear() -> None:
    service = await verifying()
    found = await handlers.doubted_codes(service.deps, _record(_state(CODE)))
    assert found == {"code_hashes": [code_hash(CODE)]}


async def test_codes_that_were_known_before_are_in_doubt_too() -> None:
    service = await verifying()
    await service.know()
    found = await handlers.doubted_codes(service.deps, _record(_state(OTHER_CODE)))
    assert found == {"code_hashes": sorted([code_hash(CODE), code_hash(OTHER_CODE)])}


async def test_of_what_cannot_be_read_the_key_tells_which_codes_are_in_doubt() -> None:
    service = await verifying()
    await service.know()
    for value in (b"{", b"", None, b"[]", b'{"versions": 3}'):
        found = await handlers.doubted_codes(service.deps, _record(value))
        assert found == {"code_hashes": [code_hash(CODE)]}


async def test_what_has_neither_key_nor_words_is_about_nobody() -> None:
    service = await verifying()
    await service.know()
    assert await handlers.doubted_codes(service.deps, _record(b"{", None)) == {"code_hashes": []}
    assert await handlers.doubted_codes(service.deps, _record(b"{", b"\xff")) == {"code_hashes": []}
