"""Our own two engines: the frozen template with an empty slot, and the same with both signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.x509.oid import NameOID

from bench.pages.engines import Engine
from bench.pages.printed import NOW
from deploy.local.authority.ca import Authority
from libs.contracts.code import CODE_LENGTH
from libs.contracts.qr import KEY_ID_BYTES, DocumentKind, QrClaims, address_of, prepare
from libs.ui.typeset.archive import Evidence
from services.certificates.adapters.cms import CmsTemplate
from services.certificates.adapters.credentials import LISTS, SEAL_CHAIN
from services.certificates.adapters.pdf.fast import CertificatePress
from services.certificates.adapters.pdf.wording import get_wording
from services.certificates.domain.printed import CertificateContent

ORIGIN = "https://khadamaty.social.gov.ma"
_PREHASHED = ECDSA(Prehashed(hashes.SHA256()))
_DER, _PEM = serialization.Encoding.DER, serialization.Encoding.PEM


@contextmanager
def unsigned() -> Iterator[Engine]:
    """A page from its frozen template, its slot empty."""
    press = CertificatePress()
    yield lambda content: press.print_certificate(content, get_wording(content.issued_on)).pdf


@contextmanager
def signed() -> Iterator[Engine]:
    """The same with a fresh payload signed for its QR code, the chain and the day's list, and the seal."""
    press, key = CertificatePress(), generate_private_key(SECP256R1())
    with TemporaryDirectory() as folder:
        evidence, cms = certify(key, Path(folder))
    payload_key, key_id = generate_private_key(SECP256R1()), bytes(KEY_ID_BYTES)

    def draw(content: CertificateContent) -> bytes:
        payload = prepare(_claims(content), key_id)
        signature = raw_signature(payload_key, sha256(payload.to_be_signed).digest())
        page = replace(content, qr_url=address_of(payload.signed(signature), ORIGIN))
        filled = press.print_certificate(page, get_wording(content.issued_on), evidence)
        return filled.sealed(cms.sign(filled.digest, lambda digest: raw_signature(key, digest)))

    yield draw


@contextmanager
def p256() -> Iterator[Callable[[], bytes]]:
    """One P-256 signature of a digest, as many bytes as COSE and CMS need."""
    key = generate_private_key(SECP256R1())
    yield lambda: raw_signature(key, bytes(32))


def raw_signature(key: EllipticCurvePrivateKey, digest: bytes) -> bytes:
    """r and s of a digest, 32 bytes each."""
    numbers = decode_dss_signature(key.sign(digest, _PREHASHED))
    return b"".join(number.to_bytes(32) for number in numbers)


def certify(key: EllipticCurvePrivateKey, folder: Path) -> tuple[Evidence, CmsTemplate]:
    """Have a key certified by an authority of its own, and leave the files in a folder for the service."""
    authority = Authority(folder, NOW)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a seal")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    chain = authority.certify_seal(request.public_bytes(_PEM), NOW)
    lists = authority.lists(NOW)
    (folder / SEAL_CHAIN).write_bytes(b"".join(certificate.public_bytes(_PEM) for certificate in chain))
    (folder / LISTS).write_bytes(b"".join(revoked.public_bytes(_PEM) for revoked in lists))
    ders = [certificate.public_bytes(_DER) for certificate in chain]
    return Evidence(tuple(ders), tuple(revoked.public_bytes(_DER) for revoked in lists)), CmsTemplate(
        ders[:-1]
    )


def code_of(content: CertificateContent) -> str:
    """The 16 characters of a certificate's code, which the service has as such."""
    return content.verification_code.replace("-", "")[:CODE_LENGTH]


def _claims(content: CertificateContent) -> QrClaims:
    return QrClaims(
        number=content.number,
        version=1,
        kind=DocumentKind.CERTIFICATE,
        issued_on=content.issued_on,
        valid_until=content.valid_until,
        arabic_name=content.holder.arabic_name,
        latin_name=content.holder.latin_name or "",
        code=code_of(content),
        status_index=1,
    )
