"""Lists the glyphs values may need, once for the fetched fonts: `python -m libs.ui.typeset.inventory`."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import product
from pathlib import Path

from libs.ui.typeset.faces import Face, Script, get_face
from libs.ui.typeset.fonts import FILES, font_folder
from libs.ui.typeset.shaping import shape_stretch

Pair = tuple[int, str]

# Raised when what is listed changes, so that kept lists are made anew.
_EDITION = 3
_AT_ONCE = 400
_ODD, _EVEN = 1, 2
_SPACE = " "
# What is printed in these is a number or a code, never a name.
_CODE_FACES = {"code", "code-bold", "latin-bold"}
_DIGITS = "0123456789"
_CODE = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ-/."
# Hamza to yeh, and the letters that Moroccan names add: peh, tcheh, veh, ng, gaf.
ARABIC_LETTERS = (
    "".join(map(chr, range(0x0621, 0x063B)))
    + "".join(map(chr, range(0x0641, 0x064B)))
    + "\u067e\u0686\u06a4\u06ad\u06af"
)
_VOWELS = "".join(map(chr, range(0x064B, 0x0653)))
_SHADDA = "\u0651"
# Alef, lam, heh, beh and seen: what the ligature of the Name joins, and one letter on each side.
_NAME_LETTERS = "\u0627\u0644\u0647\u0628\u0633"
# Beh, hah, meem, lam, heh, yeh, kaf and seen join on both sides; alef, dal, reh and others on one.
_JOINING = "\u0628\u062d\u0645\u0644\u0647\u064a\u0643\u0633"
_ENDING = "\u0627\u062f\u0631\u0629\u0649"
_ARABIC_SIGNS = "._,:()%/-\u060c\u061b\u061f\u00ab\u00bb"
_LATIN_LETTERS = (
    "".join(map(chr, [*range(0x41, 0x5B), *range(0x61, 0x7B)]))
    + "".join(chr(point) for point in range(0xC0, 0x100) if point not in {0xD7, 0xF7})
    + "\u0152\u0153\u0178"
)
_LATIN_SIGNS = "'\u2019.,:;()/-\u2013&\u00b0"
_LIGATED = "fijlt"
_TIFINAGH_LETTERS = "".join(map(chr, [*range(0x2D30, 0x2D68), 0x2D6F]))


@cache
def get_inventory(key: str) -> tuple[Pair, ...]:
    """The (glyph, text) pairs that a frozen font holds.

    Args:
        key: A key of `fonts.FILES`.

    Returns:
        The pairs in a fixed order, from the list beside the fonts where there's one for this very font.

    Raises:
        FontMissingError: The font was never fetched.
    """
    face = get_face(key)
    digest = hashlib.sha256(face.data).hexdigest()
    path = _path(key)
    if path.is_file():
        kept = json.loads(path.read_bytes())
        if kept["edition"] == _EDITION and kept["font"] == digest:
            return tuple((int(gid), str(text)) for gid, text in kept["pairs"])
    pairs = list_pairs(face)
    # An image may have its fonts on a disk that it can't write to; the list is then made in each process.
    with suppress(OSError):
        _keep(path, digest, pairs)
    return pairs


def list_pairs(face: Face) -> tuple[Pair, ...]:
    """Every pair that a face can be asked for: letters in each surrounding, accents, digits, signs."""
    pairs: set[Pair] = set()
    for level, words in _words_of(face):
        drawn = [word for word in words if all(ord(char) in face.covered for char in word)]
        for first in range(0, len(drawn), _AT_ONCE):
            text = _SPACE.join(drawn[first : first + _AT_ONCE])
            run = shape_stretch(face, text, 0, len(text), level)
            pairs.update((glyph.gid, glyph.text) for glyph in run.glyphs)
    return tuple(sorted(pairs - {(0, "")}))


def main() -> None:
    """List what isn't listed yet, and say what was done."""
    began_s = time.monotonic()
    sys.stdout.write("glyphs that certificates' values may need ... ")
    sys.stdout.flush()
    counts = [len(get_inventory(key)) for key in FILES]
    sys.stdout.write(f"{sum(counts)} in {len(counts)} faces, {time.monotonic() - began_s:.1f} s\n")


def _path(key: str) -> Path:
    return font_folder() / f"{key}.glyphs.json"


def _keep(path: Path, digest: str, pairs: Iterable[Pair]) -> None:
    whole = {"edition": _EDITION, "font": digest, "pairs": list(pairs)}
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(whole), encoding="ascii")
    partial.replace(path)


def _words_of(face: Face) -> Iterator[tuple[int, Iterable[str]]]:
    """Embedding levels with what is shaped at each; what the face doesn't cover is left out by the caller."""
    if face.key in _CODE_FACES:
        yield _EVEN, _CODE
    elif face.script is Script.ARABIC:
        yield _EVEN, _DIGITS + _ARABIC_SIGNS
        yield _ODD, _arabic_words()
    elif face.script is Script.TIFINAGH:
        yield _EVEN, _TIFINAGH_LETTERS + _DIGITS + _LATIN_SIGNS
        yield _EVEN, map("".join, product(_TIFINAGH_LETTERS, repeat=2))
    else:
        every = _LATIN_LETTERS + _DIGITS + _LATIN_SIGNS
        yield _EVEN, every
        yield _EVEN, map("".join, product(every, repeat=2))
        yield _EVEN, map("".join, product(_LIGATED, repeat=3))


def _arabic_words() -> Iterator[str]:
    letters = ARABIC_LETTERS
    yield from _ARABIC_SIGNS
    for count in (1, 2, 3):
        yield from map("".join, product(letters, repeat=count))
    # The shape of a letter can depend on one that isn't beside it; shapes without their dots stand for all.
    for free in range(4):
        places = [_JOINING, _JOINING, _JOINING, _JOINING + _ENDING]
        places[free] = letters
        yield from map("".join, product(*places))
    yield from map("".join, product(_NAME_LETTERS, repeat=5))
    marks = [*_VOWELS, *(_SHADDA + vowel for vowel in _VOWELS if vowel != _SHADDA)]
    marks += [mark[::-1] for mark in marks if len(mark) > 1]
    yield from map("".join, product(letters, marks, ["", *_NAME_LETTERS]))


if __name__ == "__main__":
    main()
