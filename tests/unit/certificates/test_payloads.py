"""QR payloads are signed by the key whose public half is published, and say nothing of the disability."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from libs.contracts.code import code_hash
from libs.contracts.qr import LARGEST_PAYLOAD, MalformedPayload, payload_in, read
from services.certificates import api
from services.certificates.adapters.payload_key import HeldPayloadKey
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.page import claims_of
from services.certificates.domain.version import Approval, SigningPlan
from services.certificates.handlers.payloads import (
    list_verifier_keys,
    publish_verifier_key,
    sign_payload,
)
from tests.support.certificates_world import MORNING, ORIGIN, World, new_world
from tests.support.qr_keys import OwnQrKey
from tests.support.visitors import build_site

CODE = "0123456789ABCDEF"
PLAN = SigningPlan(
    version=1,
    number="2026/000123",
    code_hash=code_hash(CODE),
    issued_on=date(2026, 11, 23),
    approval=Approval("signatory", MORNING, MORNING),
    status_index=7,
)


class Holder:
    """Holds one key, in this process, as the seal's process would."""

    def __init__(self, key: OwnQrKey) -> None:
        self._key = key
        self.asked = 0

    async def sign(self, key: str, sha256: bytes) -> bytes:
        assert key == "qr"
        return await self._key.sign(sha256)

    async def public_key(self, key: str) -> EllipticCurvePublicKey:
        assert key == "qr"
        self.asked += 1
        return self._key.private.public_key()


@pytest.fixture
async def world() -> World:
    return await new_world()


async def planned(world: World) -> Certificate:
    await world.brought_to(Stage.SIGNATURE)
    file = await world.file()
    return replace(file, personal=replace(file.get_personal(), codes=(CODE,)))


def check(address: str, jwk: dict[str, str]) -> None:
    """Check a payload as any verifier does.

    Raises:
        InvalidSignature: Another key signed it, or something else.
    """
    found = read(payload_in(address))
    key = jwt.PyJWK(jwk).key
    assert isinstance(key, EllipticCurvePublicKey)
    numbers = int.from_bytes(found.signature[:32]), int.from_bytes(found.signature[32:])
    key.verify(encode_dss_signature(*numbers), found.unsigned.to_be_signed, ECDSA(hashes.SHA256()))


async def test_a_planned_version_s_payload_says_what_is_planned_and_is_signed(world: World) -> None:
    key = OwnQrKey()
    address = await sign_payload(key, claims_of(await planned(world), PLAN, 7), ORIGIN)
    assert address.startswith("HTTP://LOCALHOST:8080/V#")
    found = read(payload_in(address))
    said = found.claims
    assert (said.number, said.version, said.issued_on, said.status_index) == (
        "2026/000123", 1, date(2026, 11, 23), 7,
    )  # fmt: skip
    assert (said.code, said.arabic_name, said.latin_name) == (CODE, "ياسين أيت وعزيز", "Yassine Aït Ouâziz")
    assert key.signed == [sha256(found.unsigned.to_be_signed).digest()]
    check(address, key.jwk())


async def test_what_is_signed_prints_its_own_payload_and_a_second_file_another_index(world: World) -> None:
    said, jwk = [], {**await world.deps.payload_key.public_jwk(), "alg": "ES256"}
    for request_id in ("request-1", "request-2"):
        await world.brought_to(Stage.ISSUED, request_id)
        address = world.printer.pages[-1][0].qr_url
        check(address, jwk)
        said.append(read(payload_in(address)).claims)
        file = await world.file(request_id)
        assert (said[-1].number, said[-1].code) == (file.number, file.get_personal().codes[0])
        assert said[-1].status_index == file.versions[0].status_index
    assert said[0].status_index != said[1].status_index


async def test_disability_identifier_and_birth_date_are_not_said(world: World) -> None:
    address = await sign_payload(OwnQrKey(), claims_of(await planned(world), PLAN, 7), ORIGIN)
    payload = payload_in(address)
    for hidden in (b"ZZ100005", b"1994", b"mental", b"profound", "مكناس".encode()):
        assert hidden not in payload


async def test_another_key_or_another_claim_does_not_pass(world: World) -> None:
    claims = claims_of(await planned(world), PLAN, 7)
    key, other = OwnQrKey(), OwnQrKey()
    address = await sign_payload(key, claims, ORIGIN)
    with pytest.raises(InvalidSignature):
        check(address, other.jwk())
    later = await sign_payload(key, replace(claims, valid_until=date(2099, 1, 1)), ORIGIN)
    mixed = read(payload_in(later)).unsigned.signed(read(payload_in(address)).signature)
    with pytest.raises(InvalidSignature):
        check(str(int.from_bytes(b"\x01" + mixed)), key.jwk())


@pytest.mark.parametrize("letters", ["ب", "é", "ⴰ", "بَّ"])
async def test_the_longest_names_leave_it_small(world: World, letters: str) -> None:
    claims = claims_of(await planned(world), PLAN, (1 << 32) - 1)
    long = replace(claims, arabic_name=letters * 90, latin_name=letters * 90)
    address = await sign_payload(OwnQrKey(), long, ORIGIN)
    assert len(payload_in(address)) <= LARGEST_PAYLOAD
    assert read(payload_in(address)).claims.arabic_name.endswith("…")


async def test_a_number_of_another_form_is_refused(world: World) -> None:
    with pytest.raises(MalformedPayload):
        await sign_payload(OwnQrKey(), claims_of(await planned(world), replace(PLAN, number="7"), 7), ORIGIN)


async def test_a_key_is_published_once_and_a_new_one_beside_it(world: World) -> None:
    first, second = OwnQrKey(), OwnQrKey()
    await publish_verifier_key(world.with_parts(payload_key=first))
    await publish_verifier_key(world.with_parts(payload_key=first))
    world.clock.advance(timedelta(days=1))
    world.clock.advance(timedelta(days=1))
    await publish_verifier_key(world.with_parts(payload_key=second))
    assert (await world.platform.published()).count("VerifierKeyPublished") == 2
    published = await list_verifier_keys(world.deps)
    assert [jwk["kid"] for jwk in published] == [second.jwk()["kid"], first.jwk()["kid"]]


async def test_the_keys_are_public_and_may_be_kept(world: World) -> None:
    key = OwnQrKey()
    await publish_verifier_key(world.with_parts(payload_key=key))
    site = build_site(api.router)
    site.app.state.deps = world.deps
    async with site.client() as client:
        answer = await client.get("/api/certificates/v1/keys")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.json() == {"keys": [key.jwk()]}


async def test_the_held_key_is_named_as_it_is_published_and_asked_for_once() -> None:
    own = OwnQrKey()
    holder = Holder(own)
    held = HeldPayloadKey(holder)
    assert await held.key_id() == await own.key_id()
    assert {**await held.public_jwk(), "kid": own.jwk()["kid"], "alg": "ES256", "use": "sig"} == own.jwk()
    digest = bytes(32)
    assert len(await held.sign(digest)) == 64
    assert (holder.asked, own.signed) == (1, [digest])
