"""Reads the numbers by which people are known, however typed, into one form that can be compared."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, Literal

from libs.contracts.people import Identifier, IdentifierKind

CIN_PATTERN: Final = r"[A-Z]{1,2}[0-9]{4,7}"
ACT_PATTERN: Final = r"(?P<number>[0-9]{1,6})(?:[/-](?P<year>[0-9]{2}|[0-9]{4}))?"
#: No public source tells its form, so whatever a card may bear is taken.
RESIDENCE_CARD_PATTERN: Final = r"(?=[A-Z]*[0-9])[A-Z0-9]{5,12}"
EARLIEST_YEAR: Final = 1300
OFFICE_LETTERS: Final = 80

_LIKELY_RESIDENCE_CARD: Final = r"[A-Z]{1,2}[0-9]{4,8}[A-Z]{1,2}"
_TATWEEL: Final = "\N{ARABIC TATWEEL}"
_CENTURY: Final = 100

Field = Literal["number", "office", "year"]


class IdentifierRefused(ValueError):
    """What was typed is no number of that kind.

    Attributes:
        field: Where the fault is.
        reason: `missing` or `malformed`; never what was typed.
    """

    def __init__(self, field: Field, reason: Literal["missing", "malformed"]) -> None:
        super().__init__(f"{field} is {reason}")
        self.field: Field = field
        self.reason = reason


def read_identifier(
    kind: IdentifierKind,
    number: str,
    *,
    office: str = "",
    year: str = "",
    born_on: date,
    today: date,
    cin_pattern: str = CIN_PATTERN,
) -> Identifier:
    """Read what was typed as a number of that kind.

    Case, spaces, hyphens, Arabic-Indic digits and marks of direction don't count.

    Args:
        kind: What sort of number it is.
        number: The number; a birth certificate's may carry the register's year behind a slash.
        office: The civil-status office, for a birth certificate.
        year: The register's year, for a birth certificate whose number doesn't carry it.
        born_on: Tells the century of a year of two digits: a birth isn't registered before it.
        today: No register is younger.
        cin_pattern: What a CIN number must match as a whole.

    Raises:
        IdentifierRefused: Something is missing or has another form.

    Source: domain digest, section 3; public validators of the CIN disagree, hence the setting.
    """
    if kind is IdentifierKind.BIRTH_CERTIFICATE:
        return _birth_certificate(number, office, year, born_on, today)
    typed = _joined(number)
    if not typed:
        raise IdentifierRefused("number", "missing")
    pattern = cin_pattern if kind is IdentifierKind.CIN else RESIDENCE_CARD_PATTERN
    if not re.fullmatch(pattern, typed):
        raise IdentifierRefused("number", "malformed")
    return Identifier(kind=kind, number=typed)


def guess_kind(number: str) -> IdentifierKind:
    """The kind of number that this looks like; a CIN where nothing else fits."""
    if re.fullmatch(ACT_PATTERN, _act(number)):
        return IdentifierKind.BIRTH_CERTIFICATE
    if re.fullmatch(_LIKELY_RESIDENCE_CARD, _joined(number)):
        return IdentifierKind.RESIDENCE_CARD
    return IdentifierKind.CIN


def fold(text: str) -> str:
    """Text with neither accents, vowel marks, stretching, case nor doubled spaces, for comparing names."""
    apart = unicodedata.normalize("NFKD", _readable(text).casefold()).replace(_TATWEEL, "")
    bare = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", " ".join(bare.split()))


def _birth_certificate(number: str, office: str, year: str, born_on: date, today: date) -> Identifier:
    typed = _act(number)
    if not typed:
        raise IdentifierRefused("number", "missing")
    found = re.fullmatch(ACT_PATTERN, typed)
    if found is None or int(found["number"]) == 0:
        raise IdentifierRefused("number", "malformed")
    return Identifier(
        kind=IdentifierKind.BIRTH_CERTIFICATE,
        number=str(int(found["number"])),
        office=_office(office),
        year=_year(found["year"] or "", _joined(year), born_on, today),
    )


def _office(typed: str) -> str:
    office = fold(typed)
    if not office:
        raise IdentifierRefused("office", "missing")
    if len(office) > OFFICE_LETTERS:
        raise IdentifierRefused("office", "malformed")
    return office


def _year(within: str, beside: str, born_on: date, today: date) -> int:
    if not within and not beside:
        raise IdentifierRefused("year", "missing")
    years = {_full_year(typed, born_on) for typed in (within, beside) if typed}
    if len(years) != 1:
        raise IdentifierRefused("year", "malformed")
    (year,) = years
    if not EARLIEST_YEAR <= year <= today.year:
        raise IdentifierRefused("year", "malformed")
    return year


def _full_year(typed: str, born_on: date) -> int:
    if not re.fullmatch(r"[0-9]{2}|[0-9]{4}", typed):
        raise IdentifierRefused("year", "malformed")
    year = int(typed)
    if year >= _CENTURY:
        return year
    return born_on.year + (year - born_on.year) % _CENTURY


def _act(number: str) -> str:
    """An act's number without spaces; its slash or hyphen stays, for it sets the year apart."""
    return "".join(_readable(number).split())


def _joined(number: str) -> str:
    return "".join(letter for letter in _readable(number).upper() if letter.isalnum())


def _readable(text: str) -> str:
    """Compatibility letters composed, every script's digits as 0 to 9, no marks of direction or control."""
    composed = unicodedata.normalize("NFKC", text)
    digits = "".join(str(unicodedata.digit(letter, letter)) for letter in composed)
    return "".join(" " if letter.isspace() else letter for letter in digits if _is_shown(letter))


def _is_shown(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cf"}
