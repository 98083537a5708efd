"""What one version of a certificate prints."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from libs.contracts.people import IdentifierKind, Precision, Sex
from libs.contracts.requests import DisabilityLine


class DocumentKind(StrEnum):
    """What is printed: the A4 certificate, or the card of decree 2.22.1075."""

    CERTIFICATE = "certificate"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Holder:
    """The person a certificate speaks of, as the civil register writes them.

    Attributes:
        latin_name: None where the register has none.
        tifinagh_name: None where the register has none.
        birth_date: 1 January of the year where only the year is known.
        identifier: As printed: the card's number, or the act's number and year.
    """

    arabic_name: str
    latin_name: str | None
    tifinagh_name: str | None
    sex: Sex
    birth_date: date
    birth_precision: Precision
    birth_place: str
    identifier_kind: IdentifierKind
    identifier: str


@dataclass(frozen=True, slots=True)
class CertificateContent:
    """Everything that stands on the page and changes from one certificate to the next.

    Attributes:
        number: `YYYY/NNNNNN`.
        issued_on: The date of issue in Casablanca; it also chooses the wording in force.
        valid_until: The last day, or None for a permanent disability.
        verification_code: As typed, `XXXX-XXXX-XXXX-XXXX-C`.
        verify_url: The address where the code is typed.
        qr_url: The address that the QR code opens; the code stands in its fragment only.
        centre: The name of the guidance centre that took the request.
        duplicate: Issued again after a loss, under the same number.
        corrected: Issued in place of an earlier version that held a mistake.
    """

    number: str
    issued_on: date
    holder: Holder
    disabilities: tuple[DisabilityLine, ...]
    valid_until: date | None
    verification_code: str
    verify_url: str
    qr_url: str
    centre: str
    duplicate: bool = False
    corrected: bool = False
    kind: DocumentKind = DocumentKind.CERTIFICATE
