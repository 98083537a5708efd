"""A tagged PDF taken apart: what is marked, what the structure tree says, and how it is read aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

PAINTING = frozenset({"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "Do", "sh"})
_BFCHAR = re.compile(r"<([0-9A-F]{4})> <([0-9A-F]*)>")


@dataclass
class Node:
    """A structure element with what it holds, in order: elements, or (page, MCID) pairs."""

    role: str
    lang: str | None
    alt: str | None
    attributes: dict[str, Any]
    kids: list[Node | tuple[int, int]] = field(default_factory=list)
    objects: int = 0

    def walk(self) -> Iterator[Node]:
        """This element and all below, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Node):
                yield from kid.walk()


@dataclass
class TaggedPdf:
    """A file's tree and its marked content.

    Attributes:
        texts: The text of each marked content, by (page, MCID), as the fonts' ToUnicode maps give it, runs
            in the order of the content stream.
        unmarked: Painting operators in neither an element's content nor an artifact, by page.
        parents: By (page, MCID), the role that the parent tree tells.
        sizes: Each face with each size that it is drawn in, in points.
    """

    root: Node
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    unmarked: list[tuple[int, str]] = field(default_factory=list)
    parents: dict[tuple[int, int], str] = field(default_factory=dict)
    sizes: set[tuple[str, float]] = field(default_factory=set)

    def spoken(self, node: Node) -> str:
        """What a reader hears of an element: its alternative, or its text."""
        if node.alt and node.role != "Form":
            return f"[{node.alt}]"
        return "".join(self.texts[kid] if isinstance(kid, tuple) else self.spoken(kid) for kid in node.kids)


def take_apart(pdf: bytes) -> TaggedPdf:
    """Read a file's structure.

    Args:
        pdf: A tagged file.

    Returns:
        Its tree and its content. A content that is marked twice, or inside an artifact, is an AssertionError.
    """
    document = pikepdf.open(BytesIO(pdf))
    pages = {page.obj.objgen: index for index, page in enumerate(document.pages)}
    tree = document.Root.StructTreeRoot
    found = TaggedPdf(_node(tree.K, pages, None))
    for index, page in enumerate(document.pages):
        _Reader(index, page, found).read()
    nums = list(tree.ParentTree.Nums)
    for key, value in zip(nums[::2], nums[1::2], strict=True):
        if isinstance(value, pikepdf.Array):
            found.parents |= {(int(key), mcid): str(owner.S)[1:] for mcid, owner in enumerate(value)}
    return found


def _node(element: pikepdf.Object, pages: dict[Any, int], page: int | None) -> Node:
    page = pages[element.Pg.objgen] if "/Pg" in element else page
    attributes = {str(key)[1:]: value for key, value in element.get("/A", {}).items()}
    lang, alt = element.get("/Lang"), element.get("/Alt")
    node = Node(str(element.S)[1:], str(lang) if lang else None, str(alt) if alt else None, attributes)
    held: Any = element.get("/K", pikepdf.Array())
    for kid in held if isinstance(held, pikepdf.Array) else [held]:
        if isinstance(kid, int):
            assert page is not None
            node.kids.append((page, kid))
        elif kid.get("/Type") == "/MCR":
            node.kids.append((pages[kid.Pg.objgen], int(kid.MCID)))
        elif kid.get("/Type") == "/OBJR":
            node.objects += 1
        else:
            assert kid.P.objgen == element.objgen
            node.kids.append(_node(kid, pages, page))
    return node


class _Reader:
    """The content of one page while its operators are read."""

    def __init__(self, index: int, page: pikepdf.Page, found: TaggedPdf) -> None:
        self.index = index
        self.page = page
        self.found = found
        self.fonts: Any = page.obj.Resources.Font
        self.unicode = {str(name): _unicode(font) for name, font in self.fonts.items()}
        self.stack: list[int | str] = []
        self.run: list[str] = []
        self.current: dict[int, str] = {}

    def read(self) -> None:
        for instruction in pikepdf.parse_content_stream(self.page):
            assert isinstance(instruction, pikepdf.ContentStreamInstruction), "an inline image"
            name = str(instruction.operator)
            if name in {"BDC", "BMC"}:
                self._begin(list(instruction.operands))
            elif name == "EMC":
                self._end()
            elif name == "Tf":
                font = str(instruction.operands[0])
                self.current = self.unicode[font]
                face = str(self.fonts[font].BaseFont).split("+")[1]
                self.found.sizes.add((face, float(instruction.operands[1])))
            elif name in PAINTING:
                self._paint(name, list(instruction.operands))
        assert not self.stack, "marked content never ended"

    def _begin(self, operands: list[Any]) -> None:
        self._flush()
        entry: int | str = str(operands[0])
        if len(operands) > 1 and "/MCID" in operands[1]:
            assert not self.stack, "marked content within other content"
            entry = int(operands[1]["/MCID"])
            assert (self.index, entry) not in self.found.texts, f"MCID {entry} twice"
            self.found.texts[self.index, entry] = ""
        self.stack.append(entry)

    def _end(self) -> None:
        self._flush()
        self.stack.pop()

    def _paint(self, name: str, operands: list[Any]) -> None:
        marked = [entry for entry in self.stack if isinstance(entry, int)]
        if not marked and "/Artifact" not in self.stack:
            self.found.unmarked.append((self.index, name))
        if name == "TJ" and marked:
            self.run += [self.current[code] for piece in operands[0] for code in _codes(piece)]

    def _flush(self) -> None:
        """A run that reads from right to left was drawn from left to right."""
        marked = [entry for entry in self.stack if isinstance(entry, int)]
        if marked:
            ordered = self.run[::-1] if "/ReversedChars" in self.stack else self.run
            self.found.texts[self.index, marked[-1]] += "".join(ordered)
        self.run = []


def _codes(piece: object) -> list[int]:
    if not isinstance(piece, pikepdf.String):
        return []
    drawn = bytes(piece)
    return [int.from_bytes(drawn[at : at + 2], "big") for at in range(0, len(drawn), 2)]


def _unicode(font: pikepdf.Object) -> dict[int, str]:
    rows = _BFCHAR.findall(font.ToUnicode.read_bytes().decode("ascii"))
    return {
        int(code, 16): bytes.fromhex(text).decode("utf-16-be").replace("\u200d", "") for code, text in rows
    }
