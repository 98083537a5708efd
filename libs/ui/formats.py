"""Dates, numbers and lists as people in Morocco write them, in the language of the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit
from markupsafe import Markup, escape

from libs.ui.languages import Language

CASABLANCA = ZoneInfo("Africa/Casablanca")
_KILO = 1024


def code(value: object) -> Markup:
    """Isolate a number, reference, e-mail or phone, so that Arabic around it can't reorder it."""
    return Markup('<bdi dir="ltr" class="kh-code">{}</bdi>').format(value)


def paragraphs(value: str) -> Markup:
    """Turn the lines of a typed text into paragraphs, escaped."""
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    return Markup("").join(Markup('<p class="govuk-body">{}</p>').format(line) for line in lines)


@dataclass(frozen=True)
class Formats:
    """The formats of one language; each method is also a template filter of the same name."""

    language: Language

    def day(self, value: date) -> str:
        """Write a long date («5 août 1983»); a moment is first brought to Casablanca's time.

        Short dates are never used: in Arabic they hold invisible marks.
        """
        if isinstance(value, datetime):
            value = value.astimezone(CASABLANCA)
        return format_date(value, "long", locale=self.language.locale)

    def moment(self, value: datetime) -> str:
        """Write a long date and the time in Casablanca («5 août 1983, 14:05»).

        Args:
            value: an aware datetime; a naive one raises ValueError.
        """
        return f"{self.day(value)}{self._comma} {self.time(value)}"

    def time(self, value: datetime) -> str:
        """Write hours and minutes in Casablanca (24 hours)."""
        _need_zone(value)
        return format_time(value.astimezone(CASABLANCA), "HH:mm", locale=self.language.locale)

    def month(self, number: int) -> str:
        """Name a month.

        Args:
            number: 1 to 12.
        """
        return format_datetime(
            datetime(2000, number, 1, tzinfo=CASABLANCA), "LLLL", locale=self.language.locale
        )

    def number(self, value: float) -> str:
        """Group digits; digits are Latin in every language, as on Moroccan papers."""
        return format_decimal(value, locale=self.language.locale)

    def listing(self, values: Sequence[object]) -> Markup:
        """Join with commas and a final «and»; parts that are markup stay so."""
        joined = format_list([str(escape(value)) for value in values], locale=self.language.locale)
        return Markup(joined)  # noqa: S704 - every part was escaped in the line above

    def filesize(self, size_bytes: int) -> str:
        """Write a size in the unit that a person expects (KB below one MB)."""
        if size_bytes < _KILO * _KILO:
            return self._unit(max(1, round(size_bytes / _KILO)), "digital-kilobyte")
        return self._unit(round(size_bytes / _KILO / _KILO, 1), "digital-megabyte")

    def _unit(self, value: float, unit: str) -> str:
        return format_unit(value, unit, length="short", locale=self.language.locale)

    @property
    def _comma(self) -> str:
        return "\N{ARABIC COMMA}" if self.language.direction == "rtl" else ","

    def filters(self) -> Mapping[str, Callable[..., object]]:
        """Return every filter by the name that templates use."""
        own = (self.day, self.moment, self.time, self.month, self.number, self.listing, self.filesize)
        return {format_.__name__: format_ for format_ in (*own, code, paragraphs)}


def _need_zone(value: datetime) -> None:
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone can't be printed")
