"""A medical file of the data bank: whom it is about, its scans, the certificates it led to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from libs.contracts.people import Identifier, Precision, Sex
from services.requests.errors import MedicalFileIncomplete, TooManyScans

MOST_SCANS = 40


class ScanKind(StrEnum):
    """What a scan shows."""

    MEDICAL_FILE = "medical_file"
    MEDICAL_REPORT = "medical_report"
    IDENTITY_COPY = "identity_copy"
    BIRTH_CERTIFICATE = "birth_certificate"
    GUARDIAN_IDENTITY = "guardian_identity"
    PHOTO = "photo"
    OTHER = "other"


@dataclass(frozen=True)
class Scan:
    """One scanned document; its bytes lie sealed beside the data bank.

    Attributes:
        media_type: `application/pdf`, `image/jpeg` or `image/png`.
        sha256: Of the plain bytes, in hex.
        pages: 1 for a picture.
        uploaded_by: The staff member's id; empty for a scan that came with the data bank.
    """

    id: str
    kind: ScanKind
    media_type: str
    size_bytes: int
    sha256: str
    pages: int
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True)
class QualityCheck:
    """Somebody compared the entered data and the scans with the paper."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Holder:
    """Whom the file is about, as the civil register has it: what the certificate will print.

    Attributes:
        birth_date: 1 January where the register knows only the year.
        tifinagh_name: May be empty.
        address: May be empty.
    """

    identifier: Identifier
    birth_date: date
    birth_precision: Precision
    sex: Sex
    birth_place: str
    arabic_family_name: str
    arabic_given_name: str
    latin_family_name: str
    latin_given_name: str
    tifinagh_name: str = ""
    address: str = ""


@dataclass(frozen=True)
class MedicalFile:
    """One medical file.

    Attributes:
        identifier_digest: Keyed digest of the canonical number, by which it is found.
        owner_id: Whose key seals it: the person's, or until they have an account the file's own.
        person_id: The account that it belongs to; None for a file of the data bank without one.
        checked: None until the entered data and the scans were checked, and again after each change.
        certificates: Numbers of the certificates that it led to.
    """

    id: str
    identifier_digest: str
    owner_id: str
    person_id: str | None
    created_at: datetime
    scans: tuple[Scan, ...] = ()
    checked: QualityCheck | None = None
    certificates: tuple[str, ...] = ()
    personal: Holder | None = None

    @property
    def holder(self) -> Holder:
        """The sealed part, which a file has as long as its owner's key exists."""
        if self.personal is None:
            raise ValueError("a medical file without its holder")
        return self.personal

    @property
    def complete(self) -> bool:
        """Whether it is entered, scanned and checked, so that it can answer for a deposit."""
        return self.personal is not None and bool(self.scans) and self.checked is not None

    def is_of(self, birth_date: date) -> bool:
        """Whether it is about somebody born on that full date."""
        return self.holder.birth_date == birth_date

    def entered(self, holder: Holder) -> MedicalFile:
        """With (new) data about its holder; they must be checked again."""
        return replace(self, personal=holder, checked=None)

    def with_scan(self, scan: Scan) -> MedicalFile:
        """With one scan more; it must be checked again.

        Raises:
            TooManyScans: It holds 40.
        """
        if len(self.scans) >= MOST_SCANS:
            raise TooManyScans(most=MOST_SCANS)
        return replace(self, scans=(*self.scans, scan), checked=None)

    def without_scan(self, scan_id: str) -> MedicalFile:
        """With one scan less; it must be checked again."""
        return replace(self, scans=tuple(scan for scan in self.scans if scan.id != scan_id), checked=None)

    def find_scan(self, scan_id: str) -> Scan | None:
        """The scan of that id."""
        return next((scan for scan in self.scans if scan.id == scan_id), None)

    def checked_by(self, staff_id: str, at: datetime) -> MedicalFile:
        """Found good: data and scans agree with the paper.

        Raises:
            MedicalFileIncomplete: There are no scans.
        """
        if self.personal is None or not self.scans:
            raise MedicalFileIncomplete
        return replace(self, checked=QualityCheck(staff_id, at))

    def linked(self, person_id: str, scans: tuple[Scan, ...]) -> MedicalFile:
        """The account's from now on, sealed under its person's key like its `scans`."""
        return replace(self, person_id=person_id, owner_id=person_id, scans=scans)

    def with_certificate(self, number: str) -> MedicalFile:
        """With the number of a certificate that it led to; once each."""
        return replace(self, certificates=tuple(dict.fromkeys((*self.certificates, number))))
