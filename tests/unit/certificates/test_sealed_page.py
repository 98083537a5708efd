"""The certificate as its holder gets it: sealed by the keys' process, stamped, and judged by others."""

from __future__ import annotations

import asyncio
import base64
import io
import random
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.status import SignatureCoverageLevel

from deploy.local.authority.__main__ import serve
from deploy.local.authority.ca import Authority
from deploy.local.authority.credentials import certify, renew_lists
from libs.chassis.clock import FixedClock, SystemClock
from libs.ui.typeset import archive
from services.certificates.adapters.credentials import CredentialsFolder
from services.certificates.adapters.pdf import get_wording, slot
from services.certificates.adapters.pdf.fast import CertificatePress
from services.certificates.adapters.seal import FileStore
from services.certificates.adapters.seal.request import certificate_request
from services.certificates.adapters.sealing import DocumentSealer
from services.certificates.adapters.signer import SEAL, KeyProcess
from services.certificates.adapters.timestamps import HttpTimeStamps
from services.certificates.domain.version import Seal
from services.certificates.errors import SealUnavailable
from tests.support.corpus import corpus
from tests.support.sealing import judged, judged_by_its_own_evidence, said_by_openssl, said_by_poppler

NOW = datetime.now(UTC).replace(microsecond=0)
CONTENT = corpus(1)[0].content


@dataclass
class House:
    """A service's seal with its authority."""

    folder: Path
    authority: Authority
    keys: KeyProcess
    url: str

    def sealer(self, folder: str = "credentials", now: datetime | None = None) -> DocumentSealer:
        clock = SystemClock() if now is None else FixedClock(now)
        return DocumentSealer(self.keys, CredentialsFolder(self.folder / folder), clock)

    async def certify(self, folder: str = "credentials", keys: KeyProcess | None = None) -> None:
        request = await certificate_request(keys or self.keys, SEAL)
        certify(self.authority, request.encode(), self.folder / folder, NOW)

    def page(self) -> bytes:
        """A page of the press, its slot empty, with today's evidence."""
        evidence = self.sealer().evidence()
        carried = archive.Evidence(evidence.certificates, evidence.lists)
        return CertificatePress().print_certificate(CONTENT, get_wording(CONTENT.issued_on), carried).pdf


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("house")
    server = serve(folder / "authority", folder / "credentials", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    keys = KeyProcess(FileStore({SEAL: folder / "seal.pem"}))
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    found = House(folder, Authority(folder / "authority", NOW), keys, url)
    await found.certify()
    yield found
    await keys.close()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
async def page(house: House) -> bytes:
    return await asyncio.to_thread(house.page)


@pytest.fixture(scope="module")
async def seal(house: House, page: bytes) -> Seal:
    return await house.sealer().sign(slot.digest(page).hex())


@pytest.fixture(scope="module")
async def stamped(house: House, seal: Seal) -> Seal:
    stamps = HttpTimeStamps(house.url, CredentialsFolder(house.folder / "credentials"), SystemClock())
    try:
        return await stamps.stamp(seal)
    finally:
        await stamps.close()


def filled(page: bytes, seal: Seal) -> bytes:
    return slot.fill(page, base64.b64decode(seal.cms))


def flipped(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def test_three_validators_find_the_seal_good(house: House, page: bytes, seal: Seal, tmp_path: Path) -> None:
    pdf, root = filled(page, seal), house.authority.root.certificate
    status = judged(pdf, root)
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.docmdp_ok
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert said_by_openssl(pdf, root, tmp_path)
    said = said_by_poppler(pdf, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_it_certifies_the_document_and_permits_no_change(page: bytes) -> None:
    with pikepdf.open(io.BytesIO(page)) as pdf:
        signature = pdf.Root.Perms.DocMDP
        (reference,) = signature.Reference
        assert reference.TransformMethod == "/DocMDP"
        assert reference.TransformParams.P == 1


def test_a_later_change_is_not_permitted(house: House, page: bytes, seal: Seal) -> None:
    # pyHanko's writer has no types.
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(filled(page, seal)))
    turned = writer.root["/Pages"]["/Kids"][0]
    number: Any = generic.NumberObject
    turned["/Rotate"] = number(90)
    writer.update_container(turned)
    grown = io.BytesIO()
    writer.write(grown)
    status = judged(grown.getvalue(), house.authority.root.certificate)
    assert status.intact
    assert not status.docmdp_ok
    assert not status.bottom_line


async def test_the_stamped_seal_stands_by_its_own_evidence(house: House, page: bytes, stamped: Seal) -> None:
    pdf = filled(page, stamped)
    root = house.authority.root.certificate
    status = await asyncio.to_thread(judged_by_its_own_evidence, pdf, root)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert slot.digest(pdf) == slot.digest(page)


def test_one_flipped_byte_is_found(house: House, page: bytes, stamped: Seal, tmp_path: Path) -> None:
    pdf, root = filled(page, stamped), house.authority.root.certificate
    place = slot.find(pdf)
    covered = [*range(place.start), *range(place.end, len(pdf))]
    sampled = [0, place.start - 1, place.end, len(pdf) - 1, *random.Random(4).sample(covered, 60)]  # noqa: S311
    for at in sampled:
        assert not said_by_openssl(flipped(pdf, at), root, tmp_path, place), at
    in_content = pdf.index(b"stream") + 40
    assert not judged(flipped(pdf, in_content), root).intact


async def test_after_a_rotation_old_and_new_seals_are_good(house: House, page: bytes, seal: Seal) -> None:
    keys = KeyProcess(FileStore({SEAL: house.folder / "seal-2.pem"}))
    await house.certify("credentials-2", keys)
    try:
        sealer = DocumentSealer(keys, CredentialsFolder(house.folder / "credentials-2"), SystemClock())
        later = await sealer.sign(slot.digest(page).hex())
    finally:
        await keys.close()
    assert later.key_id != seal.key_id
    for one in (seal, later):
        assert (
            await asyncio.to_thread(judged, filled(page, one), house.authority.root.certificate)
        ).bottom_line


async def test_a_seal_that_is_certified_for_another_key_signs_nothing(house: House) -> None:
    keys = KeyProcess(FileStore({SEAL: house.folder / "stranger.pem"}))
    sealer = DocumentSealer(keys, CredentialsFolder(house.folder / "credentials"), SystemClock())
    with pytest.raises(SealUnavailable):
        await sealer.sign(bytes(32).hex())
    await keys.close()


async def test_a_seal_without_a_certificate_signs_nothing(house: House) -> None:
    with pytest.raises(SealUnavailable):
        await house.sealer("nowhere").sign(bytes(32).hex())


@pytest.mark.parametrize("moment", [NOW - timedelta(days=30), NOW + timedelta(days=4000)])
async def test_a_seal_out_of_its_time_signs_nothing(house: House, moment: datetime) -> None:
    with pytest.raises(SealUnavailable):
        await house.sealer(now=moment).sign(bytes(32).hex())


async def test_a_revoked_seal_signs_nothing_from_the_next_list_on(house: House) -> None:
    await house.certify("revoked")
    folder = CredentialsFolder(house.folder / "revoked")
    sealer = DocumentSealer(house.keys, folder, SystemClock())
    assert (await sealer.sign(bytes(32).hex())).cms
    house.authority.revoke(folder.current().seal_chain[0], NOW)
    renew_lists(house.authority, house.folder / "revoked", NOW + timedelta(minutes=1))
    with pytest.raises(SealUnavailable):
        await sealer.sign(bytes(32).hex())


async def test_new_lists_are_read_without_a_restart(house: House) -> None:
    sealer = house.sealer()
    before = sealer.evidence()
    assert sealer.evidence() is before
    renew_lists(house.authority, house.folder / "credentials", NOW + timedelta(minutes=2))
    assert sealer.evidence().lists != before.lists


def test_a_certificate_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "seal.pem").write_bytes(bytes(100))
    with pytest.raises(SealUnavailable):
        CredentialsFolder(tmp_path).current()


def test_the_local_authority_keeps_its_keys_for_its_owner_only(house: House) -> None:
    modes = {path.stat().st_mode & 0o777 for path in (house.folder / "authority").glob("*.key")}
    assert modes == {0o600}
