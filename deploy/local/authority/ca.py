"""A root and an issuing authority in a folder: they certify the seal and a clock, and say what is revoked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from deploy.local.authority.issuing import Holder, Subject, certify, revocation_list, usage
from deploy.local.folders import write_private

LIST_LIFE: Final = timedelta(days=7)
ROOT: Final = Subject("Local test root", timedelta(days=7300), usage(certifies=True), below=1)
ISSUER: Final = Subject("Local test issuing authority", timedelta(days=3650), usage(certifies=True), below=0)
SEAL: Final = Subject("Local test document seal", timedelta(days=1095), usage(signs=True, commits=True))
CLOCK: Final = Subject(
    "Local test time-stamp authority",
    timedelta(days=1825),
    usage(signs=True, commits=True),
    only_for=ExtendedKeyUsageOID.TIME_STAMPING,
)

_PEM = serialization.Encoding.PEM


class Authority:
    """The local authority; made at first use, the same ever after.

    Args:
        folder: Where its keys and certificates live, for this user only.
        now: From when on the certificates of a new authority count.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root = self._kept("root", ROOT, now, None)
        self.issuer = self._kept("issuer", ISSUER, now, self.root)
        self.clock = self._kept("clock", CLOCK, now, self.issuer)

    def certify_seal(self, request_pem: bytes, now: datetime) -> list[x509.Certificate]:
        """Certify a key for sealing documents.

        Args:
            request_pem: A PKCS#10 request (RFC 2986) in PEM; nothing but its key is taken over.
            now: From when on the certificate counts.

        Returns:
            That certificate and those above it, the root's last.

        Raises:
            ValueError: The request isn't signed by the key in it.
        """
        request = x509.load_pem_x509_csr(request_pem)
        if not request.is_signature_valid:
            raise ValueError("the request isn't signed by the key in it")
        certificate = certify(SEAL, request.public_key(), now, self.issuer)
        return [certificate, self.issuer.certificate, self.root.certificate]

    def clock_chain(self) -> list[x509.Certificate]:
        """The time-stamp authority's certificate and those above it, the root's last."""
        return [self.clock.certificate, self.issuer.certificate, self.root.certificate]

    def revoke(self, certificate: x509.Certificate, now: datetime) -> None:
        """Put a certificate of the issuing authority on the lists that are made from now on."""
        with self._revoked_path.open("a", encoding="utf-8") as file:
            file.write(f"{certificate.serial_number:x} {now.isoformat()}\n")

    def lists(self, now: datetime) -> list[x509.CertificateRevocationList]:
        """The issuing authority's revocation list and the root's, good for a week from `now`."""
        return [
            revocation_list(self.issuer, now, LIST_LIFE, self._revoked()),
            revocation_list(self.root, now, LIST_LIFE, ()),
        ]

    @property
    def _revoked_path(self) -> Path:
        return self._folder / "revoked.txt"

    def _revoked(self) -> Sequence[tuple[int, datetime]]:
        path = self._revoked_path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        entries = [line.partition(" ") for line in lines]
        return [(int(serial, 16), datetime.fromisoformat(moment)) for serial, _, moment in entries]

    def _kept(self, name: str, subject: Subject, now: datetime, above: Holder | None) -> Holder:
        key = self._key(name)
        path = self._folder / f"{name}.pem"
        if path.exists():
            return Holder(key, x509.load_pem_x509_certificate(path.read_bytes()))
        certificate = certify(subject, key.public_key(), now, above or key)
        write_private(path, as_pem([certificate]))
        return Holder(key, certificate)

    def _key(self, name: str) -> EllipticCurvePrivateKey:
        path = self._folder / f"{name}.key"
        if path.exists():
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
            if isinstance(key, EllipticCurvePrivateKey):
                return key
            raise ValueError(f"{path.name} holds no key on an elliptic curve")
        made = generate_private_key(SECP256R1())
        pem = made.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        write_private(path, pem.decode())
        return made


def as_pem(parts: Iterable[x509.Certificate | x509.CertificateRevocationList]) -> str:
    """Certificates or lists one after the other, in PEM."""
    return "".join(part.public_bytes(_PEM).decode() for part in parts)
