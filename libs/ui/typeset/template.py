"""PDF files that differ in a few objects only: what is fixed is parsed, numbered and hashed once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from libs.ui.typeset.errors import TemplateError

# Four bytes beyond ASCII tell everything that moves files that this one is binary (ISO 19005-2, 6.1.2).
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r]\n?")
_OBJECT = re.compile(rb"(\d+) 0 obj\s")
_HEADER = b"%d 0 obj\n"
_END = b"endobj\n"
_RANGE = re.compile(rb"/ByteRange (\[[^\]]*\] *)")
_SLOT = b"/Contents <"


@dataclass(frozen=True, slots=True)
class Document:
    """The objects of a file without an incremental update.

    Attributes:
        objects: Number to what stands between `obj` and `endobj`.
        root: The number of the catalog.
        info: The number of the Info dictionary.
        identity: The file's first /ID, as bytes.
    """

    objects: Mapping[int, bytes]
    root: int
    info: int
    identity: bytes

    def reference(self, number: int, key: str) -> int:
        """The object that an entry of a dictionary refers to.

        Args:
            number: The dictionary's object.
            key: The entry's name without its slash.

        Raises:
            TemplateError: There's no such entry, or it isn't a reference.
        """
        return _reference(self.objects[number], key)

    def references(self, number: int) -> list[int]:
        """The objects that an object refers to, in order."""
        return [int(found) for found in re.findall(rb"(\d+) 0 R", self.objects[number])]


class Place(NamedTuple):
    """Where the parts of a signature lie, in bytes from the file's beginning; the ends are not included."""

    range_start: int
    range_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filled:
    """A whole file.

    Attributes:
        pdf: Its bytes, the byte range of its signature written, the signature's slot empty.
        digest: The SHA-256 of what the signature covers; None for a file without one.
        place: Where the byte range stands, and the slot with its angle brackets.
        shared_bytes: How many bytes at its beginning are those of every file of its template.
    """

    pdf: bytes
    digest: bytes | None
    place: Place | None
    shared_bytes: int


def parse(pdf: bytes) -> Document:
    """Cut a file into its objects.

    Args:
        pdf: A file with one classic cross-reference table, as reportlab writes it.

    Raises:
        TemplateError: It is built otherwise.
    """
    start = _START.search(pdf)
    if start is None or not pdf.startswith(b"xref\n", int(start[1])):
        raise TemplateError("no classic cross-reference table")
    table, _, trailer = pdf[int(start[1]) :].partition(b"trailer")
    offsets = sorted(int(entry[1]) for entry in _ENTRY.finditer(table) if entry[3] == b"n")
    objects = {}
    for offset, end in zip(offsets, [*offsets[1:], int(start[1])], strict=True):
        head = _OBJECT.match(pdf, offset)
        if head is None or not pdf.endswith(_END, offset, end):
            raise TemplateError("an object isn't where the table says")
        objects[int(head[1])] = pdf[head.end() : end - len(_END)].rstrip(b"\n") + b"\n"
    identity = re.search(rb"/ID\s*\[\s*<([0-9A-Fa-f]+)>", trailer)
    if identity is None or sorted(objects) != list(range(1, len(objects) + 1)):
        raise TemplateError("no /ID, or a gap between the objects' numbers")
    return Document(
        objects, _reference(trailer, "Root"), _reference(trailer, "Info"), bytes.fromhex(identity[1].decode())
    )


class Template:
    """A file without the objects that change; they are written last, and in the order of their numbers."""

    def __init__(self, document: Document, variable: Sequence[int]) -> None:
        """Write what is fixed, and hash it.

        Args:
            document: A file that has all objects.
            variable: The numbers of those that change.

        Raises:
            TemplateError: There's more than one signature among them.
        """
        self.variable = tuple(sorted(variable))
        self._document = document
        pieces = [_HEAD]
        offsets = {}
        position = len(_HEAD)
        for number, body in sorted(document.objects.items()):
            if number not in self.variable:
                offsets[number] = position
                pieces.append(_whole(number, body))
                position += len(pieces[-1])
        signatures = [number for number in self.variable if _RANGE.search(document.objects[number])]
        if len(signatures) > 1:
            raise TemplateError("more than one signature")
        self._signature = signatures[0] if signatures else None
        self._heads = tuple(_HEADER % number for number in self.variable)
        self._prefix = b"".join(pieces)
        self._hashed = sha256(self._prefix)
        self._table = _table_pieces(len(document.objects), offsets)

    @property
    def fixed_bytes(self) -> int:
        """How much of each file is shared."""
        return len(self._prefix)

    def fill(self, bodies: Sequence[bytes], identity: bytes) -> Filled:
        """One file.

        Args:
            bodies: The changing objects in the order of `variable`. One may be a signature dictionary, with
                a byte range that has room for its numbers.
            identity: 16 bytes for the file's /ID.

        Returns:
            The file, the same for the same arguments.

        Raises:
            TemplateError: The numbers of the byte range don't fit in their place.
        """
        position = len(self._prefix)
        table = [self._table[0]]
        parts: list[bytes] = []
        for head, body, fixed in zip(self._heads, bodies, self._table[1:], strict=True):
            table += (b"%010d 00000 n \n" % position, fixed)
            parts += (head, body, _END)
            position += len(head) + len(body) + len(_END)
        document = self._document
        named = identity.hex().encode()
        table.append(
            b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%b> <%b>] >>\nstartxref\n%d\n%%%%EOF\n"
            % (len(document.objects) + 1, document.root, document.info, named, named, position)
        )
        if self._signature is None:
            return Filled(b"".join((self._prefix, *parts, *table)), None, None, len(self._prefix))
        # Each object has three parts.
        signed = 3 * self.variable.index(self._signature) + 1
        after = b"".join((*parts[signed + 1 :], *table))
        return self._close(b"".join(parts[:signed]), parts[signed], after)

    def _close(self, before: bytes, signature: bytes, after: bytes) -> Filled:
        """Write the byte range of a file and digest what it covers."""
        written = _RANGE.search(signature)
        opening = signature.find(_SLOT) + len(_SLOT) - 1
        closing = signature.find(b">", opening) + 1
        if written is None or not written.end() < opening < closing:
            raise TemplateError("a signature without a slot")
        start = len(self._prefix) + len(before)
        rest = len(signature) - closing + len(after)
        numbers = b"[0 %d %d %d]" % (start + opening, start + closing, rest)
        room = written.end(1) - written.start(1)
        if len(numbers) > room:
            raise TemplateError("no room for the byte range")
        head = signature[: written.start(1)] + numbers.ljust(room) + signature[written.end(1) : opening]
        tail = signature[closing:] + after
        hashed = self._hashed.copy()
        hashed.update(before)
        hashed.update(head)
        hashed.update(tail)
        place = Place(start + written.start(1), start + written.end(1), start + opening, start + closing)
        pdf = b"".join((self._prefix, before, head, signature[opening:closing], tail))
        return Filled(pdf, hashed.digest(), place, len(self._prefix))


def rewrite(pdf: bytes) -> Filled:
    """Write a file that reportlab made as a template's files are written, with its signature's byte range.

    Args:
        pdf: The file.

    Returns:
        A file of the same objects; it shares no bytes with any other.

    Raises:
        TemplateError: It is built otherwise than reportlab builds files.
    """
    document = parse(pdf)
    signatures = [number for number, body in document.objects.items() if _RANGE.search(body)]
    template = Template(document, signatures)
    filled = template.fill([document.objects[number] for number in template.variable], document.identity)
    return replace(filled, shared_bytes=0)


def stream_body(content: bytes, entries: str = "") -> bytes:
    """A stream that isn't compressed, as an object's body.

    Args:
        content: What it holds.
        entries: Entries of its dictionary besides its length.
    """
    return b"<< %b/Length %d >>\nstream\n%b\nendstream\n" % (entries.encode("ascii"), len(content), content)


def _reference(body: bytes, key: str) -> int:
    found = re.search(rb"/%b (\d+) 0 R" % key.encode("ascii"), body)
    if found is None:
        raise TemplateError(f"no reference /{key}")
    return int(found[1])


def _whole(number: int, body: bytes) -> bytes:
    return _HEADER % number + body + _END


def _table_pieces(count: int, offsets: Mapping[int, int]) -> list[bytes]:
    """The cross-reference table, cut where the entries of changing objects go."""
    pieces = [b"xref\n0 %d\n0000000000 65535 f \n" % (count + 1)]
    for number in range(1, count + 1):
        if number in offsets:
            pieces[-1] += b"%010d 00000 n \n" % offsets[number]
        else:
            pieces.append(b"")
    return pieces
