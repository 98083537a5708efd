"""Fonts inside a PDF: a code is a (glyph, text) pair, so that what is shown gives its text back."""

import hashlib
import struct
from collections.abc import Iterable

import uharfbuzz as hb
from reportlab.pdfbase import pdfdoc

from libs.ui.typeset.faces import Face
from libs.ui.typeset.objects import Stream, names

_LAYOUT_TABLES = ("GSUB", "GPOS", "GDEF", "kern", "BASE", "DSIG", "STAT", "meta", "gasp")
_CMAP_BLOCK = 100
_SYMBOLIC = 4
_IDENTITY = {
    "Registry": pdfdoc.PDFString("Adobe"),
    "Ordering": pdfdoc.PDFString("Identity"),
    "Supplement": 0,
}
_CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_CMAP_TAIL = """endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


class EmbeddedFace:
    """One face of one document: gives out codes while lines are drawn, then writes the font's objects."""

    def __init__(self, face: Face, resource: str) -> None:
        """Start without any glyph but the missing one.

        Args:
            face: What is embedded.
            resource: The font's name in the page's resources.
        """
        self.face = face
        self.resource = resource
        self._codes: dict[tuple[int, str], int] = {(0, ""): 0}

    def code(self, gid: int, text: str) -> int:
        """The two-byte code of a glyph that stands for a text."""
        return self._codes.setdefault((gid, text), len(self._codes))

    def advance(self, gid: int) -> int:
        """Advance of a glyph as the viewer will know it, in thousandths of the type size."""
        return self.face.advances[gid]

    def addObjects(self, document: pdfdoc.PDFDocument) -> None:  # noqa: N802 - reportlab's name
        """Write the font into a document; reportlab calls this before it saves.

        Args:
            document: The document whose `delayedFonts` hold this face.
        """
        program, new_gids = self._subset()
        pairs = list(self._codes)
        name = pdfdoc.PDFName(f"{self._tag(pairs)}+{self.face.post_script_name}")
        file = self._reference(document, "file", Stream(program, Length1=len(program)))
        descriptor = self._reference(document, "descriptor", self._descriptor(name, file))
        widths = pdfdoc.PDFArray([self.face.advances[gid] for gid, _ in pairs])
        gids = struct.pack(f">{len(pairs)}H", *(new_gids[gid] for gid, _ in pairs))
        descendant = {
            **names(Type="Font", Subtype="CIDFontType2"),
            "BaseFont": name,
            "CIDSystemInfo": pdfdoc.PDFDictionary(_IDENTITY),
            "FontDescriptor": descriptor,
            "CIDToGIDMap": self._reference(document, "gids", Stream(gids)),
            "DW": 1000,
            "W": pdfdoc.PDFArray([0, widths]),
        }
        cid_font = self._reference(document, "cid", pdfdoc.PDFDictionary(descendant))
        font = {
            **names(Type="Font", Subtype="Type0", Encoding="Identity-H"),
            "BaseFont": name,
            "DescendantFonts": pdfdoc.PDFArray([cid_font]),
            "ToUnicode": self._reference(document, "unicode", Stream(_to_unicode(pairs))),
        }
        fonts = document.idToObject["BasicFonts"].dict
        fonts[self.resource] = self._reference(document, "font", pdfdoc.PDFDictionary(font))

    def _descriptor(self, name: pdfdoc.PDFName, file: object) -> pdfdoc.PDFDictionary:
        return pdfdoc.PDFDictionary(
            {
                **names(Type="FontDescriptor"),
                "FontName": name,
                "Flags": _SYMBOLIC,
                "FontBBox": pdfdoc.PDFArray(self.face.box),
                "ItalicAngle": 0,
                "Ascent": self.face.ascent,
                "Descent": self.face.descent,
                "CapHeight": round(self.face.ascent * 0.7),
                "StemV": 80,
                "FontFile2": file,
            }
        )

    def _subset(self) -> tuple[bytes, dict[int, int]]:
        """The font program with the drawn glyphs only, and where each glyph went."""
        wanted = hb.SubsetInput()
        wanted.unicode_set.clear()
        wanted.glyph_set.set({gid for gid, _ in self._codes})
        dropped = wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG)
        for table in _LAYOUT_TABLES:
            dropped.add(int.from_bytes(table.encode(), "big"))
        wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        plan = hb.SubsetPlan(self.face.face, wanted)
        moved = plan.old_to_new_glyph_mapping
        return bytes(plan.execute().blob.data), {gid: moved[gid] for gid, _ in self._codes}

    def _tag(self, pairs: list[tuple[int, str]]) -> str:
        """Six letters that name this subset, the same for the same glyphs."""
        digest = hashlib.sha256(self.face.data + repr(pairs).encode()).digest()
        return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])

    def _reference(self, document: pdfdoc.PDFDocument, part: str, value: object) -> object:
        return document.Reference(value, f"{self.resource}-{part}")


def _to_unicode(pairs: Iterable[tuple[int, str]]) -> bytes:
    rows = [
        f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, (_, text) in enumerate(pairs)
        if text
    ]
    blocks = []
    for first in range(0, len(rows), _CMAP_BLOCK):
        block = rows[first : first + _CMAP_BLOCK]
        blocks.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n")
    return (_CMAP_HEAD + "".join(blocks) + _CMAP_TAIL).encode()
