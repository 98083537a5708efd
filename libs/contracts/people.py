"""The words for people that several services share: identifiers, sex, precision of a birth date, roles."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from libs.contracts.event import Data


class IdentifierKind(StrEnum):
    """How a person is known to the State (domain digest, section 3)."""

    CIN = "cin"
    BIRTH_CERTIFICATE = "birth_certificate"
    RESIDENCE_CARD = "residence_card"


class Sex(StrEnum):
    """As the civil register has it; it decides the grammatical forms of the certificate."""

    MALE = "male"
    FEMALE = "female"


class Precision(StrEnum):
    """How much of a birth date the register really knows."""

    DAY = "day"
    YEAR = "year"


class Identifier(Data):
    """A person's number, normalised.

    Attributes:
        number: CIN or residence-card number in upper case, or the birth certificate's act number.
        office: The civil-status office, for a birth certificate only: a number alone isn't unique.
        year: The register's year, for a birth certificate only.
    """

    kind: IdentifierKind
    number: str
    office: str = ""
    year: int | None = None

    def canonical(self) -> str:
        """One text per identifier, the input of keyed look-ups."""
        return f"{self.kind}|{self.number}|{self.office}|{self.year or ''}"

    def printed(self) -> str:
        """As a form or a certificate shows it."""
        if self.kind is not IdentifierKind.BIRTH_CERTIFICATE:
            return self.number
        return f"{self.number}/{self.year}"


class PersonDetails(Data):
    """What identity knows of a person and its neighbours must print or mail."""

    identifier: Identifier
    birth_date: date
    email: str


class Role(StrEnum):
    """Who may do what (domain digest, section 4)."""

    APPLICANT = "applicant"
    REPRESENTATIVE = "representative"
    COAPH_AGENT = "coaph_agent"
    COAPH_HEAD = "coaph_head"
    REGIONAL_AGENT = "regional_agent"
    CENTRAL_AGENT = "central_agent"
    COMMITTEE_DOCTOR = "committee_doctor"
    COMMITTEE_CHAIR = "committee_chair"
    CERTIFICATE_OFFICER = "certificate_officer"
    CONTROLLER = "controller"
    REGISTRAR = "registrar"
    SIGNATORY = "signatory"
    DELIVERY_DESK = "delivery_desk"
    PARTNER = "partner"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


STAFF_ROLES = frozenset(Role) - {Role.APPLICANT, Role.REPRESENTATIVE, Role.PARTNER}
