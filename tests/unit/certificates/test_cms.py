"""The template's CMS: what others read in it, and what they find when a bit of it changes."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms as asn1
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pyhanko.sign import signers
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.registry import CertificateRegistry

from deploy.local.authority.ca import Authority
from services.certificates.adapters.cms import (
    CmsTemplate,
    CmsUnusable,
    signature_value,
    timestamp_of,
    with_timestamp,
)
from services.certificates.adapters.pdf import slot
from tests.support.sealing import (
    Certified,
    judged,
    raw_signature,
    said_by_openssl,
    said_by_poppler,
    signed,
    small_pdf,
)

NOW = datetime.now(UTC).replace(microsecond=0)
DIGEST = sha256(b"a document").digest()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), NOW)


@pytest.fixture(scope="module")
def certified(authority: Authority) -> Certified:
    return Certified.by(authority, NOW)


def test_pyhanko_finds_it_intact_trusted_and_over_the_whole_file(
    authority: Authority, certified: Certified
) -> None:
    status = judged(signed(small_pdf(NOW), certified), authority.root.certificate)
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.docmdp_ok


def test_openssl_and_poppler_find_it_good(authority: Authority, certified: Certified, tmp_path: Path) -> None:
    pdf = signed(small_pdf(NOW), certified)
    assert said_by_openssl(pdf, authority.root.certificate, tmp_path)
    said = said_by_poppler(pdf, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_another_root_is_not_trusted(certified: Certified, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger", NOW).root.certificate
    status = judged(signed(small_pdf(NOW), certified), stranger)
    assert status.intact
    assert not status.trusted
    assert not said_by_openssl(signed(small_pdf(NOW), certified), stranger, tmp_path)


def test_one_flipped_byte_is_found(authority: Authority, certified: Certified, tmp_path: Path) -> None:
    pdf = signed(small_pdf(NOW), certified)
    place = slot.find(pdf)
    covered = [*range(place.start), *range(place.end, len(pdf))]
    for at in [0, place.start - 1, place.end, len(pdf) - 1, *random.Random(4).sample(covered, 40)]:  # noqa: S311
        assert not said_by_openssl(flipped(pdf, at), authority.root.certificate, tmp_path, place), at


def test_pyhanko_and_poppler_find_a_flipped_byte_of_the_page(
    authority: Authority, certified: Certified, tmp_path: Path
) -> None:
    pdf = signed(small_pdf(NOW), certified)
    changed = flipped(pdf, pdf.index(b"100 100 l"))
    status = judged(changed, authority.root.certificate)
    assert not status.intact
    assert not status.bottom_line
    assert "Signature is Valid." not in said_by_poppler(changed, tmp_path)


def test_a_flipped_byte_of_the_signature_is_found(
    authority: Authority, certified: Certified, tmp_path: Path
) -> None:
    pdf = small_pdf(NOW)
    whole = certified.cms(slot.digest(pdf))
    value = whole.index(signature_value(whole))
    for at in range(value + 8, value + 60, 7):
        changed = slot.fill(pdf, flipped(whole, at))
        assert not said_by_openssl(changed, authority.root.certificate, tmp_path)


def flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


async def test_its_attributes_are_those_that_pyhanko_writes(certified: Certified) -> None:
    class Cached(signers.Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: Any = None) -> bytes:
            return f"{digest_algorithm} of {len(data)} bytes, {dry_run}".encode()

    chain = [asn1_x509.Certificate.load(der) for der in certified.embedded]
    registry = CertificateRegistry.build(certs=chain[1:])
    other = Cached(signing_cert=chain[0], cert_registry=registry)
    theirs = await other.async_sign(DIGEST, "sha256", use_pades=True)
    ours = asn1.ContentInfo.load(certified.cms(DIGEST), strict=True)
    their_signer, our_signer = theirs["content"]["signer_infos"][0], ours["content"]["signer_infos"][0]
    names = {attribute["type"].native for attribute in our_signer["signed_attrs"]}
    assert names <= {attribute["type"].native for attribute in their_signer["signed_attrs"]}
    for field in ("version", "sid", "digest_algorithm", "signature_algorithm"):
        assert our_signer[field].dump() == their_signer[field].dump(), field
    for field in ("version", "digest_algorithms", "encap_content_info"):
        assert ours["content"][field].dump() == theirs["content"][field].dump(), field
    assert {one.dump() for one in ours["content"]["certificates"]} == {
        one.dump() for one in theirs["content"]["certificates"]
    }


def test_it_is_der_as_asn1crypto_writes_it(certified: Certified) -> None:
    whole = certified.cms(DIGEST)
    assert asn1.ContentInfo.load(whole, strict=True).dump(force=True) == whole


@pytest.mark.parametrize("number", [1, 0x80 << 248, int.from_bytes(b"\x7f" * 32)])
def test_short_and_long_numbers_are_written_as_der_has_them(certified: Certified, number: int) -> None:
    whole = certified.template().write(DIGEST, number.to_bytes(32) * 2)
    assert decode_dss_signature(signature_value(whole)) == (number, number)


def test_a_timestamp_leaves_what_was_signed(authority: Authority, certified: Certified) -> None:
    whole = certified.cms(DIGEST)
    token = certified.cms(sha256(signature_value(whole)).digest())
    stamped = with_timestamp(whole, token)
    before, after = asn1.ContentInfo.load(whole), asn1.ContentInfo.load(stamped, strict=True)
    for field in ("sid", "signed_attrs", "signature"):
        assert (
            before["content"]["signer_infos"][0][field].dump()
            == after["content"]["signer_infos"][0][field].dump()
        )
    assert timestamp_of(whole) is None
    assert timestamp_of(stamped) == token
    assert signature_value(stamped) == signature_value(whole)
    pdf = small_pdf(NOW)
    kept = certified.cms(slot.digest(pdf))
    assert judged(slot.fill(pdf, kept), authority.root.certificate).intact


def test_a_newer_timestamp_takes_the_place_of_an_older(certified: Certified) -> None:
    whole = certified.cms(DIGEST)
    older, newer = certified.cms(bytes(32)), certified.cms(bytes(31) + b"1")
    assert with_timestamp(with_timestamp(whole, older), newer) == with_timestamp(whole, newer)


@pytest.mark.parametrize("der", [b"", b"nonsense", bytes.fromhex("3003020105"), bytes.fromhex("30820100")])
def test_what_is_no_cms_is_told(der: bytes) -> None:
    with pytest.raises(CmsUnusable):
        signature_value(der)
    with pytest.raises(CmsUnusable):
        timestamp_of(der)


def test_wrong_lengths_are_told(certified: Certified) -> None:
    template = certified.template()
    with pytest.raises(CmsUnusable):
        template.digest(b"short")
    with pytest.raises(CmsUnusable):
        template.write(DIGEST, bytes(63))


def test_the_same_digest_makes_the_same_bytes_to_sign(certified: Certified) -> None:
    assert CmsTemplate(certified.embedded).digest(DIGEST) == certified.template().digest(DIGEST)
    signature = raw_signature(certified.key, certified.template().digest(DIGEST))
    assert certified.template().write(DIGEST, signature) == certified.template().write(DIGEST, signature)
