"""The verification code as people type it: alphabet, check character and the digest it is known by."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""

CODE_LENGTH = 16
"""Characters that carry the code's 80 random bits; one check character follows them."""

ENTROPY_BYTES = 10
"""80 bits: 16 characters of 5 bits."""

_BITS = 5
_GROUP = 4
_TYPED_LENGTH = CODE_LENGTH + 1
_FOLDED = str.maketrans("OIL", "011")
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_FIELD_POLYNOMIAL = 0b100101
_FIELD_SIZE = 32
_TIMES_PRIMITIVE = [
    doubled ^ _FIELD_POLYNOMIAL if doubled >= _FIELD_SIZE else doubled
    for doubled in range(0, 2 * _FIELD_SIZE, 2)
]
_AS_PYTHON_SPELLS = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_LOOK_ALIKES = ("8B", "5S", "2Z", "6G", "VYU", "17", "MN", "CG", "0DQ", "PR", "EF", "VW", "KX")


class Fault(StrEnum):
    """Why a text isn't a verification code."""

    LENGTH = "length"
    CHARACTERS = "characters"
    CHECK = "check"


class MalformedCode(ValueError):
    """A text that can't be a verification code.

    Attributes:
        fault: What is wrong with it.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def normalise(text: str) -> str:
    """`text` without case, spaces, dashes and invisible marks, its digits plain, O as 0, I and L as 1."""
    kept = (
        _plain_digit(character)
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) not in {"Zs", "Pd", "Cf", "Cc"}
    )
    return "".join(kept).upper().translate(_FOLDED)


def parse(text: str) -> str:
    """The 16 characters of a typed code.

    Args:
        text: As somebody typed or pasted it.

    Returns:
        The code without its check character, in upper case.

    Raises:
        MalformedCode: Its length, a character or the check character is wrong.
    """
    typed = normalise(text)
    if len(typed) != _TYPED_LENGTH:
        raise MalformedCode(Fault.LENGTH)
    if any(character not in _VALUES for character in typed):
        raise MalformedCode(Fault.CHARACTERS)
    code, check = typed[:CODE_LENGTH], typed[CODE_LENGTH]
    if check_character(code) != check:
        raise MalformedCode(Fault.CHECK)
    return code


def is_well_formed(text: str) -> bool:
    """Whether `parse` would accept `text`."""
    try:
        parse(text)
    except MalformedCode:
        return False
    return True


def check_character(code: str) -> str:
    """The check character of 16 characters.

    A Hamming code over the field of 32 elements: the weights of the 17 places are different powers of a
    primitive element, so every single wrong character and every swap of two characters is found
    (MacWilliams and Sloane, The Theory of Error-Correcting Codes, chapter 7).

    Raises:
        KeyError: A character isn't of the alphabet.
    """
    remainder = 0
    for character in code:
        remainder = _TIMES_PRIMITIVE[remainder ^ _VALUES[character]]
    return ALPHABET[remainder]


def format_code(code: str) -> str:
    """How a certificate shows 16 characters: `XXXX-XXXX-XXXX-XXXX-C`."""
    groups = [code[start : start + _GROUP] for start in range(0, CODE_LENGTH, _GROUP)]
    return "-".join([*groups, check_character(code)])


def code_of(entropy: bytes) -> str:
    """The 16 characters that spell 10 bytes.

    Raises:
        ValueError: There are more bytes or fewer.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a code is spelled from {ENTROPY_BYTES} bytes")
    number = int.from_bytes(entropy)
    shifts = range(_BITS * (CODE_LENGTH - 1), -1, -_BITS)
    return "".join(ALPHABET[number >> shift & (1 << _BITS) - 1] for shift in shifts)


def entropy_of(code: str) -> bytes:
    """The 10 bytes that 16 characters spell.

    Raises:
        MalformedCode: It isn't 16 characters of the alphabet.
    """
    if len(code) != CODE_LENGTH:
        raise MalformedCode(Fault.LENGTH)
    if not _VALUES.keys() >= set(code):
        raise MalformedCode(Fault.CHARACTERS)
    return int(code.translate(_AS_PYTHON_SPELLS), _FIELD_SIZE).to_bytes(ENTROPY_BYTES)


def code_hash(code: str) -> str:
    """The SHA-256, in hex, of 16 characters: what is stored and published instead of a code."""
    return sha256(code.encode()).hexdigest()


def suggest(text: str) -> tuple[str, ...]:
    """The well-formed codes, formatted, that are one look-alike or one swap of neighbours away from `text`.

    They are reckoned from the text alone, so they tell nothing of which codes exist.
    """
    typed = normalise(text)
    if len(typed) != _TYPED_LENGTH or is_well_formed(typed):
        return ()
    found = {other: None for other in _near(typed) if is_well_formed(other)}
    return tuple(format_code(other[:CODE_LENGTH]) for other in found)


def _near(typed: str) -> Iterator[str]:
    for place, character in enumerate(typed):
        for group in _LOOK_ALIKES:
            if character in group:
                yield from (typed[:place] + other + typed[place + 1 :] for other in group)
    for place in range(len(typed) - 1):
        yield typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :]


def _plain_digit(character: str) -> str:
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)
