"""Secret codes: the mailed ones that work once, and the ones that people choose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from libs.contracts.identifiers import fold
from libs.contracts.people import Identifier
from services.identity.errors import CodeTooWeak

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MAILED_LETTERS: Final = 8
RANDOM_BYTES: Final = 5
SHORTEST_CHOSEN: Final = 8
LONGEST_TYPED: Final = 200

_BITS_PER_LETTER: Final = 5
_MISREAD: Final = str.maketrans("OIL", "011")
_DATE_FORMS: Final = ("%d%m%Y", "%Y%m%d", "%m%d%Y")
_SHORT_LOCAL_PART: Final = 4


class CodeKind(StrEnum):
    """Where a code comes from."""

    MAILED = "mailed"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class Code:
    """A secret code, as a hash only.

    Attributes:
        expires_at: From when it no longer opens anything; None for a chosen one.
        used: A mailed one opens one session and no second.
    """

    kind: CodeKind
    digest: str
    since: datetime
    expires_at: datetime | None = None
    used: bool = False

    def usable(self, now: datetime) -> bool:
        """Whether it still opens a session."""
        return not self.used and (self.expires_at is None or now < self.expires_at)

    def form_of(self, typed: str) -> str:
        """What was typed, in the form in which a code of this kind is hashed."""
        return mailed_form(typed) if self.kind is CodeKind.MAILED else chosen_form(typed)


@dataclass(frozen=True)
class Holder:
    """What others may know of a person and so must not be the person's code."""

    identifier: Identifier
    birth_date: date
    email: str


def make_code(random: bytes) -> str:
    """Write 40 random bits as eight letters that can't be mistaken for each other (Crockford's base 32).

    Args:
        random: Five unguessable bytes.

    Raises:
        ValueError: There are more or fewer.
    """
    if len(random) != RANDOM_BYTES:
        raise ValueError("a code takes five random bytes")
    number = int.from_bytes(random)
    places = range(_BITS_PER_LETTER * (MAILED_LETTERS - 1), -1, -_BITS_PER_LETTER)
    return "".join(ALPHABET[(number >> place) & (len(ALPHABET) - 1)] for place in places)


def printed(code: str) -> str:
    """A mailed code as people read it: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def mailed_form(typed: str) -> str:
    """What was typed as a mailed code: case, spaces, hyphens, O for 0 and I or L for 1 are forgiven."""
    letters = "".join(letter for letter in chosen_form(typed).upper() if letter.isalnum())
    return letters.translate(_MISREAD)


def chosen_form(typed: str) -> str:
    """What was typed as a chosen code: composed, digits as 0 to 9, without marks that no keyboard shows."""
    composed = unicodedata.normalize("NFC", typed)
    digits = "".join(str(unicodedata.digit(letter, letter)) for letter in composed)
    return "".join(letter for letter in digits if unicodedata.category(letter) not in {"Cc", "Cf"})


def check_strength(typed: str, holder: Holder, denied: Collection[str]) -> str:
    """Refuse a code that others would guess first.

    Args:
        typed: What the person chose.
        holder: Whose number, birth date and address it must not be.
        denied: Codes that many people choose, folded.

    Returns:
        The code in the form in which it is hashed.

    Raises:
        CodeTooWeak: It is too short or easy to guess.

    Source: NIST SP 800-63B-4 section 3.1.1: length and a list of common values, no rules of composition.
    """
    code = chosen_form(typed)
    if len(code) < SHORTEST_CHOSEN:
        raise CodeTooWeak("short")
    if len(code) > LONGEST_TYPED:
        raise CodeTooWeak("long")
    bare = _bare(code)
    if len(set(code.casefold())) == 1:
        raise CodeTooWeak("uniform")
    if bare in _known_of(holder):
        raise CodeTooWeak("personal")
    if fold(code) in denied or bare in denied:
        raise CodeTooWeak("common")
    return code


def _known_of(holder: Holder) -> frozenset[str]:
    identifier = holder.identifier
    local_part = holder.email.partition("@")[0]
    numbers = {identifier.number, f"{identifier.number}{identifier.year or ''}", identifier.printed()}
    dates = {holder.birth_date.strftime(form) for form in _DATE_FORMS}
    mails = {holder.email} | ({local_part} if len(local_part) >= _SHORT_LOCAL_PART else set())
    return frozenset(_bare(text) for text in numbers | dates | mails)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", fold(text))
