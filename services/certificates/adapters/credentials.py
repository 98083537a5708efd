"""The certificates of the seal and of the time-stamp authority, and the newest revocation lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from services.certificates.domain.evidence import Evidence
from services.certificates.errors import SealUnavailable

SEAL_CHAIN: Final = "seal.pem"
CLOCK_CHAIN: Final = "timestamp.pem"
LISTS: Final = "lists.pem"

_BEGINS_LIST = b"-----BEGIN X509 CRL-----"
_DER = serialization.Encoding.DER


@dataclass(frozen=True)
class Credentials:
    """What stands in the folder.

    Attributes:
        seal_chain: The seal's certificate first, then those above it, the root last.
        clock_chain: The same of the time-stamp authority; empty where there's none.
        lists: The revocation lists of those that issued them.
        evidence: All of it, as a file carries it.
    """

    seal_chain: tuple[x509.Certificate, ...]
    clock_chain: tuple[x509.Certificate, ...]
    lists: tuple[x509.CertificateRevocationList, ...]
    evidence: Evidence

    def is_revoked(self, certificate: x509.Certificate) -> bool:
        """Whether one of the lists has it."""
        return any(
            crl.issuer == certificate.issuer
            and crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
            for crl in self.lists
        )

    def are_current(self, moment: datetime) -> bool:
        """Whether every list says that it still counts."""
        return all(crl.next_update_utc is None or moment < crl.next_update_utc for crl in self.lists)


class CredentialsFolder:
    """A folder whose files others renew: each is read anew when it has changed.

    Args:
        folder: Holds `seal.pem`, `timestamp.pem` and `lists.pem`; the last two may be absent.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / name for name in (SEAL_CHAIN, CLOCK_CHAIN, LISTS)]
        self._read: Credentials | None = None
        self._stamps: list[tuple[int, int]] = []

    def current(self) -> Credentials:
        """What stands in the folder now.

        Raises:
            SealUnavailable: The seal's certificate isn't there, or a file can't be read.
        """
        stamps = [_stamp(path) for path in self._paths]
        if self._read is None or stamps != self._stamps:
            self._read, self._stamps = self._loaded(), stamps
        return self._read

    def _loaded(self) -> Credentials:
        try:
            contents = [path.read_bytes() if path.exists() else b"" for path in self._paths]
            seal_chain = tuple(x509.load_pem_x509_certificates(contents[0]))
            clock_chain = tuple(x509.load_pem_x509_certificates(contents[1])) if contents[1] else ()
            lists = tuple(
                x509.load_pem_x509_crl(_BEGINS_LIST + part) for part in contents[2].split(_BEGINS_LIST)[1:]
            )
        except (OSError, ValueError) as error:
            raise SealUnavailable from error
        certificates = dict.fromkeys(one.public_bytes(_DER) for one in (*seal_chain, *clock_chain))
        evidence = Evidence(tuple(certificates), tuple(crl.public_bytes(_DER) for crl in lists))
        return Credentials(seal_chain, clock_chain, lists, evidence)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)
