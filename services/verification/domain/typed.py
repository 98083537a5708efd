"""Typed codes, read with a few table look-ups: what `libs.contracts.code` says of them, in microseconds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from libs.contracts.code import ALPHABET, CODE_LENGTH, Fault, check_character, normalise

KEY_BYTES: Final = 16
"""How much of a code's SHA-256 finds its version; 128 bits leave no chance of two codes alike."""

_PLACES: Final = CODE_LENGTH + 1
_BITS: Final = 5
_SIZE: Final = 1 << _BITS
_BASE: Final = 32
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuv"
_OTHER: Final = b"?"
# The one character outside the alphabet that is easily taken for some of its own, and which these are.
_STRAY, _STRAY_ALIKE = b"U", b"VY"
_ALIKE: Final = ("8B", "5S", "2Z", "6G", "VY", "17", "MN", "CG", "0DQ", "PR", "EF", "VW", "KX")
_SKIPPED: Final = bytes(
    place for place in range(128) if unicodedata.category(chr(place)) in {"Zs", "Pd", "Cc"}
)


@dataclass(frozen=True)
class Malformed:
    """What is wrong with a text that can't be a code.

    Attributes:
        suggestions: Codes that differ from it by one look-alike or one swap of neighbours.
    """

    fault: Fault
    suggestions: tuple[str, ...] = ()


def read(text: str) -> bytes | Malformed:
    """The key of a code as somebody typed or pasted it, or what is wrong with it."""
    return read_plain(normalise(text).encode("ascii", "replace"))


def read_plain(typed: bytes) -> bytes | Malformed:
    """The key of a code that was typed in ASCII, or what is wrong with it.

    The check character is that of `libs.contracts.code`: the seventeen weighted values add up to nothing in
    the field of 32 elements. Each of the sum's five bits is a parity of the code's 85 bits.

    Args:
        typed: Case, spaces and hyphens don't matter.
    """
    plain = typed.translate(_FOLDED, _SKIPPED)
    if len(plain) != _PLACES:
        return Malformed(Fault.LENGTH)
    try:
        number = int(plain.translate(_AS_DIGITS), _BASE)
    except ValueError:
        return Malformed(Fault.CHARACTERS, _without_stray(plain))
    if (
        (number & _SUM_0).bit_count()
        | (number & _SUM_1).bit_count()
        | (number & _SUM_2).bit_count()
        | (number & _SUM_3).bit_count()
        | (number & _SUM_4).bit_count()
    ) & 1:
        return Malformed(Fault.CHECK, tuple(_near(plain, _sum_of(number))))
    return sha256(plain[:CODE_LENGTH]).digest()[:KEY_BYTES]


def key_of(code_hash: str) -> bytes:
    """The key of a version, from the SHA-256, in hex, of its code."""
    return bytes.fromhex(code_hash)[:KEY_BYTES]


def _folded() -> bytes:
    table = bytearray(_OTHER * 256)
    for character in ALPHABET + _STRAY.decode():
        table[ord(character)] = table[ord(character.lower())] = ord(character)
    for character, read_as in zip("OIL", "011", strict=True):
        table[ord(character)] = table[ord(character.lower())] = ord(read_as)
    return bytes(table)


def _as_digits() -> bytes:
    table = bytearray(_OTHER * 256)
    for character, digit in zip(ALPHABET, _DIGITS, strict=True):
        table[ord(character)] = ord(digit)
    return bytes(table)


def _as_values() -> bytes:
    table = bytearray(256)
    for value, character in enumerate(ALPHABET):
        table[ord(character)] = value
    return bytes(table)


def _share(place: int, value: int) -> int:
    """What a value in a place adds to the sum: the check character of a code with nothing else in it."""
    if place == CODE_LENGTH:
        return value
    code = ALPHABET[0] * place + ALPHABET[value] + ALPHABET[0] * (CODE_LENGTH - place - 1)
    return ALPHABET.index(check_character(code))


def _mask(bit: int) -> int:
    """The bits of a code whose parity is one bit of the sum."""
    mask = 0
    for place in range(_PLACES):
        for power in range(_BITS):
            if _SHARES[place][1 << power] >> bit & 1:
                mask |= 1 << _BITS * (CODE_LENGTH - place) + power
    return mask


def _sum_of(number: int) -> int:
    masks = enumerate((_SUM_0, _SUM_1, _SUM_2, _SUM_3, _SUM_4))
    return sum(((number & mask).bit_count() & 1) << bit for bit, mask in masks)


_FOLDED: Final = _folded()
_AS_DIGITS: Final = _as_digits()
_AS_VALUES: Final = _as_values()
_SHARES: Final = [[_share(place, value) for value in range(_SIZE)] for place in range(_PLACES)]
_SUM_0, _SUM_1, _SUM_2, _SUM_3, _SUM_4 = (_mask(bit) for bit in range(_BITS))


def _alike(value: int, other: int) -> bool:
    pair = {ALPHABET[value], ALPHABET[other]}
    return any(pair <= set(group) for group in _ALIKE)


def _slips(wrong: int) -> tuple[list[tuple[int, int]], list[int]]:
    """By which slips a sum comes about.

    Returns:
        For each place the difference that would mend it, with the set of values, as bits, that are taken for
        the value which mends them; for each pair of neighbours their difference.
    """
    mending = [shares.index(wrong) for shares in _SHARES]
    mended = [
        (change, sum(1 << value for value in range(_SIZE) if _alike(value, value ^ change)))
        for change in mending
    ]
    swapped = [
        next(value for value in range(1, _SIZE) if one[value] ^ other[value] == wrong)
        for one, other in pairwise(_SHARES)
    ]
    return mended, swapped


_SLIPS: Final = [([], []), *(_slips(wrong) for wrong in range(1, _SIZE))]


def _near(plain: bytes, wrong: int) -> Iterator[str]:
    """The codes that one look-alike or one swap of neighbours makes of it, in the order of their places."""
    values = plain.translate(_AS_VALUES)
    mended, swapped = _SLIPS[wrong]
    for place, (value, (change, wanted)) in enumerate(zip(values, mended, strict=True)):
        if wanted >> value & 1:
            yield _shown(plain, place, ALPHABET[value ^ change])
    for place, difference in enumerate(swapped):
        if values[place] ^ values[place + 1] == difference:
            yield _shown(plain, place, chr(plain[place + 1]) + chr(plain[place]))


def _without_stray(plain: bytes) -> tuple[str, ...]:
    """The code that is meant where the only fault is one character that the alphabet hasn't."""
    if plain.count(_STRAY) != 1 or _OTHER in plain:
        return ()
    place = plain.index(_STRAY)
    wrong = _sum_of(int(plain.replace(_STRAY, b"0").translate(_AS_DIGITS), _BASE))
    meant = ALPHABET[_SHARES[place].index(wrong)]
    return (_shown(plain, place, meant),) if meant.encode() in _STRAY_ALIKE else ()


def _shown(plain: bytes, place: int, meant: str) -> str:
    text = plain.decode()
    code = text[:place] + meant + text[place + len(meant) :]
    return f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:16]}-{code[16]}"
