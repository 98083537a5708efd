"""What changes from one page to the next, by the name of its slot, and what stays with a page's shape."""

from datetime import date
from typing import NamedTuple

from libs.contracts.people import IdentifierKind, Sex
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.card import card_valid_until
from services.certificates.domain.printed import CertificateContent, DocumentKind


class Shape(NamedTuple):
    """All that the words and places of a page depend on, but for its values.

    Two pages of one shape whose values fit their slots are alike in everything but `page_values` and
    the QR code.

    Attributes:
        wording: The first day of the wording in force.
        lines: How many disabilities are printed.
        companion: Whether one of them names a companion.
        verify_url: The address that the page prints.
    """

    wording: date
    kind: DocumentKind
    sex: Sex
    identifier_kind: IdentifierKind
    lines: int
    companion: bool
    latin_name: bool
    tifinagh_name: bool
    valid_until: bool
    duplicate: bool
    corrected: bool
    verify_url: str


def page_shape(content: CertificateContent, wording: Wording) -> Shape:
    """The shape of a page."""
    holder = content.holder
    return Shape(
        wording=wording.in_force_from,
        kind=content.kind,
        sex=holder.sex,
        identifier_kind=holder.identifier_kind,
        lines=len(content.disabilities),
        companion=any(line.companion for line in content.disabilities),
        latin_name=bool(holder.latin_name),
        tifinagh_name=bool(holder.tifinagh_name),
        valid_until=content.valid_until is not None,
        duplicate=content.duplicate,
        corrected=content.corrected,
        verify_url=content.verify_url,
    )


def page_values(content: CertificateContent, wording: Wording) -> dict[str, str]:
    """The text of each slot.

    Args:
        content: What changes from one certificate to the next.
        wording: What was in force on its date of issue.

    Returns:
        Each value by its slot's name; a French form's name ends in `_fr`.
    """
    holder, french = content.holder, wording.french
    values = {
        "number": content.number,
        "issued_on": wording.long_date(content.issued_on),
        "issued_on_fr": french.long_date(content.issued_on),
        "name": holder.arabic_name,
        "birth_date": wording.birth(holder.birth_date, holder.birth_precision),
        "birth_date_fr": french.birth(holder.birth_date, holder.birth_precision),
        "birth_place": holder.birth_place,
        "identifier": holder.identifier,
        "identifier_fr": holder.identifier,
        "code": content.verification_code,
        "centre": wording.labels.centre_name.format(place=content.centre),
    }
    if holder.latin_name:
        values["latin_name"] = holder.latin_name
    if holder.tifinagh_name:
        values["tifinagh_name"] = holder.tifinagh_name
    for index, line in enumerate(content.disabilities):
        values[f"disability_{index}"] = wording.line(line, holder.sex)
        values[f"disability_{index}_fr"] = french.line(line)
    until = last_day(content)
    if until:
        values["valid_until"] = wording.long_date(until)
        values["valid_until_fr"] = french.long_date(until)
    return values


def last_day(content: CertificateContent) -> date | None:
    """The last day that a page prints; a card ends with its seven years, or with the opinion before."""
    if content.kind is DocumentKind.CERTIFICATE:
        return content.valid_until
    seven_years = card_valid_until(content.issued_on)
    return min(seven_years, content.valid_until or seven_years)
