"""The languages of the platform: which can be chosen, how each is written, and which locale formats it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from babel import Locale


@dataclass(frozen=True)
class Language:
    """One language of the portal.

    Args:
        code: what stands in the cookie and in ``?lang=``.
        locale: Babel's locale; always the Moroccan one, for months and grouping differ from the general one.
        direction: the writing direction of a page in this language.
        selectable: false while the words of this language are still being written.
    """

    code: str
    locale: str
    direction: Literal["ltr", "rtl"]
    selectable: bool

    @property
    def own_name(self) -> str:
        """The language's name in itself, from Babel's data."""
        name = Locale.parse(self.code).get_display_name() or self.code
        return name[:1].upper() + name[1:]

    @property
    def html_lang(self) -> str:
        """The value of the ``lang`` attribute (BCP 47)."""
        return self.locale.replace("_", "-")


DEFAULT_LANGUAGE: Final = "ar"

LANGUAGES: Final[Mapping[str, Language]] = {
    "ar": Language("ar", "ar_MA", "rtl", selectable=True),
    "zgh": Language("zgh", "zgh_MA", "ltr", selectable=False),
    "fr": Language("fr", "fr_MA", "ltr", selectable=True),
}


def choose_language(*wanted: str | None) -> str:
    """Return the first of `wanted` (query, cookie, header ...) that can be chosen, else Arabic.

    Args:
        wanted: language codes in order of precedence; None and unknown codes are passed over.
    """
    for code in wanted:
        language = LANGUAGES.get(code or "")
        if language is not None and language.selectable:
            return language.code
    return DEFAULT_LANGUAGE
