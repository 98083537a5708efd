"""The words of the certificate, dated: an issued certificate keeps the wording of its day."""

from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

from pydantic import BaseModel, ConfigDict

from libs.chassis.errors import NotFound
from libs.contracts.people import IdentifierKind, Precision, Sex
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration
from libs.ui.typeset.shaping import Span

_FOLDER = Path(__file__).resolve().parents[2] / "wording"
_MOST_DAYS = 8_192


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Letterhead(_Words):
    """The lines above the page, in the three languages."""

    arabic: tuple[str, ...]
    french: tuple[str, ...]
    tifinagh: str | None


class Marks(_Words):
    """What tells a reissued certificate from a first one, and a preview from a certificate."""

    duplicate: str
    corrected: str
    preview: str


class Labels(_Words):
    """What stands before a value."""

    date: str
    number: str
    birth_date: str
    birth_place: str
    disability: str
    valid_until: str
    code: str
    centre: str
    centre_name: str


class CardLabels(_Words):
    """What stands before a value of the card."""

    name: str
    birth_date: str
    number: str
    issued_on: str
    valid_until: str
    code: str


class CardWording(_Words):
    """The words of the card's two faces, under decree 2.22.1075; no model of it is published."""

    title: str
    document_title: str
    specimen: str
    decree: str
    labels: CardLabels
    priority: dict[Sex, str]
    renewal: str
    verification: str


class FrenchCardWording(_Words):
    """The same in French."""

    title: str
    specimen: str
    decree: str
    labels: CardLabels
    priority: str
    renewal: str
    verification: str


class Alternatives(_Words):
    """What is read aloud in place of what can only be seen."""

    qr: str
    signature: str


class FrenchLabels(_Words):
    """What stands, small, over the French form of a value."""

    birth_date: str
    birth_place: str
    disability: str
    valid_until: str


class FrenchWording(_Words):
    """The French translation beside the Arabic text.

    Attributes:
        reviewed: False prints that no one has.
    """

    reviewed: bool
    notice_arabic: str
    notice: str
    title: str
    address: str
    labels: FrenchLabels
    identifier_labels: dict[IdentifierKind, str]
    marks: Marks
    basis: str
    ministry: str
    statement: str
    purpose: dict[Sex, str]
    companion_right: str
    qr_caption: str
    verification: str
    civility: dict[Sex, str]
    categories: dict[Category, str]
    degrees: dict[Degree, str]
    durations: dict[Duration, str]
    companion: str
    disability_line: str
    disability_line_with_companion: str
    day: str
    year: str
    first_day: str
    months: tuple[str, ...]
    card: FrenchCardWording

    def line(self, line: DisabilityLine) -> str:
        """One disability in words."""
        template = self.disability_line_with_companion if line.companion else self.disability_line
        return template.format(
            category=self.categories[line.category],
            degree=self.degrees[line.degree],
            duration=self.durations[line.duration],
            companion=self.companion,
        )

    def birth(self, day: date, precision: Precision) -> str:
        """A birth date as far as it is known."""
        return self.year.format(year=day.year) if precision is Precision.YEAR else self.long_date(day)

    def long_date(self, day: date) -> str:
        """A date in words."""
        return _long_date(self.day, self.months, self.first_day, day)


class Wording(_Words):
    """Every word of the page, from `wording/<year>.json` (domain digest, section 1)."""

    in_force_from: date
    language: str
    ministry: str
    address: str
    letterhead: Letterhead
    title: str
    document_title: str
    marks: Marks
    labels: Labels
    label_end: str
    basis: str
    statement: str
    civility: dict[Sex, str]
    identifiers: dict[IdentifierKind, str]
    categories: dict[Category, str]
    degrees: dict[Degree, str]
    durations: dict[Duration, str]
    companion: dict[Sex, str]
    disability_line: str
    disability_line_with_companion: str
    purpose: dict[Sex, str]
    companion_right: dict[Sex, str]
    portal: str
    verification: str
    qr_caption: str
    alternatives: Alternatives
    day: str
    year: str
    months: tuple[str, ...]
    card: CardWording
    french: FrenchWording

    def line(self, line: DisabilityLine, sex: Sex) -> str:
        """One disability in words, agreeing with the holder."""
        template = self.disability_line_with_companion if line.companion else self.disability_line
        return template.format(
            category=self.categories[line.category],
            degree=self.degrees[line.degree],
            duration=self.durations[line.duration],
            companion=self.companion[sex],
        )

    def long_date(self, day: date) -> str:
        """A date in Moroccan Arabic."""
        return _long_date(self.day, self.months, "1", day)

    def birth(self, day: date, precision: Precision) -> str:
        """A birth date as far as it is known."""
        return self.year.format(year=day.year) if precision is Precision.YEAR else self.long_date(day)


def get_wording(issued_on: date) -> Wording:
    """The wording in force on a day.

    Args:
        issued_on: The certificate's date of issue.

    Returns:
        The latest wording that began on or before that day.

    Raises:
        NotFound: The day lies before every wording.
    """
    for wording in _wordings():
        if wording.in_force_from <= issued_on:
            return wording
    raise NotFound(f"no wording was in force on {issued_on.isoformat()}")


def fill(template: str, **values: str | Span) -> tuple[Span, ...]:
    """Put values into a sentence; a value given as a span keeps its own style and direction.

    Args:
        template: A sentence with named places in braces.
        values: What goes there.

    Returns:
        The pieces of the sentence in order.
    """
    spans: list[Span] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            spans.append(Span(literal))
        if name:
            value = values[name]
            spans.append(value if isinstance(value, Span) else Span(value))
    return tuple(spans)


@lru_cache(maxsize=_MOST_DAYS)
def _long_date(form: str, months: tuple[str, ...], first_day: str, day: date) -> str:
    """A date in words; those of a day's certificates and of people's births come again and again."""
    number = first_day if day.day == 1 else str(day.day)
    return form.format(day=number, month=months[day.month - 1], year=day.year)


@cache
def _wordings() -> tuple[Wording, ...]:
    files = sorted(_FOLDER.glob("*.json"))
    found = [Wording.model_validate_json(file.read_bytes()) for file in files]
    return tuple(sorted(found, key=lambda wording: wording.in_force_from, reverse=True))
