"""The faces that text is drawn with, and which of them draws a character."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import uharfbuzz as hb

from libs.ui.typeset.errors import UnprintableTextError
from libs.ui.typeset.fonts import get_font_path

_JOINERS = "\u200c\u200d"
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class Script(StrEnum):
    """A script of this platform; the value is its OpenType tag's Unicode name."""

    ARABIC = "Arab"
    LATIN = "Latn"
    TIFINAGH = "Tfng"


class Family(StrEnum):
    """What Latin letters and digits are set in: a text face, or one whose characters can't be confused."""

    TEXT = "latin"
    CODE = "code"


@dataclass(frozen=True)
class Face:
    """One font file, with its metrics in thousandths of the type size."""

    key: str
    script: Script
    data: bytes
    face: hb.Face
    font: hb.Font
    covered: frozenset[int]
    advances: tuple[int, ...]
    post_script_name: str
    ascent: int
    descent: int
    box: tuple[int, int, int, int]

    def __hash__(self) -> int:
        """Faces are singletons by key."""
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        """Faces are singletons by key."""
        return isinstance(other, Face) and other.key == self.key

    @property
    def scale(self) -> float:
        """Thousandths of the type size per font unit."""
        return float(1000 / self.face.upem)


@cache
def get_face(key: str) -> Face:
    """The face of a font file, read once per process.

    Args:
        key: A key of `fonts.FILES`.

    Returns:
        The face; its HarfBuzz objects are only read after this.

    Raises:
        FontMissingError: The file was never fetched.
    """
    data = get_font_path(key).read_bytes()
    face = hb.Face(hb.Blob(data))
    font = hb.Font(face)
    scale = 1000 / face.upem
    extents = font.get_font_extents("ltr")
    family = key.removesuffix("-bold")
    script = {"arabic": Script.ARABIC, "tifinagh": Script.TIFINAGH}.get(family, Script.LATIN)
    return Face(
        key=key,
        script=script,
        data=data,
        face=face,
        font=font,
        covered=frozenset(face.unicodes),
        advances=tuple(round(font.get_glyph_h_advance(gid) * scale) for gid in range(face.glyph_count)),
        post_script_name=face.get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME) or key,
        ascent=round(extents.ascender * scale),
        descent=round(extents.descender * scale),
        box=_glyph_box(font, face.glyph_count, scale),
    )


def check_printable(text: str) -> None:
    """Refuse what has no visible form.

    Args:
        text: Any text, in logical order.

    Raises:
        UnprintableTextError: A control or format character, a lone surrogate, a private or unassigned
            code point, or a line or paragraph separator stands in it.
    """
    refused = {char for char in text if char not in _JOINERS and unicodedata.category(char) in _INVISIBLE}
    if refused:
        raise UnprintableTextError(refused)


def choose_faces(
    text: str, *, right_to_left: bool, default: Script, bold: bool, family: Family
) -> list[Face]:
    """The face of each character of a run.

    Args:
        text: Characters of one embedding level and one style, in logical order.
        right_to_left: Whether that level is odd.
        default: The paragraph's script, for a run that holds no letter.
        bold: Whether the run is bold; Tifinagh has no bold face.
        family: The face of Latin letters and digits.

    Returns:
        As many faces as characters; neighbours of one face are shaped together.

    Raises:
        UnprintableTextError: No face draws one of the characters.
    """
    weight = "-bold" if bold else ""
    keys = {
        Script.ARABIC: f"arabic{weight}",
        Script.LATIN: f"{family}{weight}",
        Script.TIFINAGH: "tifinagh",
    }
    default = Script.LATIN if family is Family.CODE else default
    scripts = [Script.ARABIC] * len(text) if right_to_left else _spread(text, default)
    faces = []
    missing = set()
    for char, script in zip(text, scripts, strict=True):
        order = [keys[script], *(keys[other] for other in Script if other is not script), f"latin{weight}"]
        found = next((face for face in map(get_face, order) if ord(char) in face.covered), None)
        if found is None and char not in _JOINERS:
            missing.add(char)
        faces.append(found or get_face(keys[script]))
    if missing:
        raise UnprintableTextError(missing)
    return _keep_marks_with_letters(text, faces)


def _spread(text: str, default: Script) -> list[Script]:
    """Script of each character; spaces, digits and signs follow the letter before them, else after."""
    scripts = [_script_of(char) for char in text]
    current = next((script for script in scripts if script), default)
    spread = []
    for script in scripts:
        current = script or current
        spread.append(current)
    return spread


def _script_of(char: str) -> Script | None:
    if not char.isalpha() or "\u02b0" <= char <= "\u02ff":
        return None
    if "\u2d30" <= char <= "\u2d7f":
        return Script.TIFINAGH
    return Script.ARABIC if unicodedata.bidirectional(char) in {"AL", "R"} else Script.LATIN


def _keep_marks_with_letters(text: str, faces: Sequence[Face]) -> list[Face]:
    kept = list(faces)
    for index, char in enumerate(text):
        follows = index and (unicodedata.combining(char) or char in _JOINERS)
        if follows and (char in _JOINERS or ord(char) in kept[index - 1].covered):
            kept[index] = kept[index - 1]
    return kept


def _glyph_box(font: hb.Font, count: int, scale: float) -> tuple[int, int, int, int]:
    extents = [found for gid in range(count) if (found := font.get_glyph_extents(gid))]
    left = min(glyph.x_bearing for glyph in extents)
    right = max(glyph.x_bearing + glyph.width for glyph in extents)
    top = max(glyph.y_bearing for glyph in extents)
    bottom = min(glyph.y_bearing + glyph.height for glyph in extents)
    return round(left * scale), round(bottom * scale), round(right * scale), round(top * scale)
