"""PDF files that differ in a few objects only: what is fixed is parsed, numbered and hashed once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple

from libs.ui.typeset.errors import TemplateError

# Four bytes beyond ASCII tell everything that moves files that this one is binary (ISO 19005-2, 6.1.2).
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r]\n?")
_OBJECT = re.compile(rb"(\d+) 0 obj\s")
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
    """A whole file, in pieces until somebody wants it: to join them is to copy them all.

    Attributes:
        before: Its bytes up to the signature's slot, the byte range written; all of a file without a slot.
        slot_bytes: How many hexadecimal digits the slot between its angle brackets takes.
        after: Its bytes behind the slot.
        digest: The SHA-256 of what the signature covers; None for a file without one.
        place: Where the byte range stands, and the slot with its angle brackets.
        shared_bytes: How many bytes at its beginning are those of every file of its template.
    """

    before: tuple[bytes, ...]
    slot_bytes: int
    after: tuple[bytes, ...]
    digest: bytes | None
    place: Place | None
    shared_bytes: int

    @property
    def pdf(self) -> bytes:
        """The file, its slot empty."""
        return self.sealed(b"")

    def sealed(self, seal: bytes) -> bytes:
        """The file with its signature; the bytes that are signed stay as they are.

        Args:
            seal: The CMS SignedData; zeros fill what it leaves free of the slot.

        Raises:
            TemplateError: It is longer than the slot.
        """
        value = seal.hex().encode()
        if len(value) > self.slot_bytes:
            raise TemplateError("no room for the signature")
        return b"".join((*self.before, value, b"0" * (self.slot_bytes - len(value)), *self.after))


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
        self._signature = self.variable.index(signatures[0]) if signatures else None
        self._prefix = b"".join(pieces)
        self._hashed = sha256(self._prefix)
        self._table = _table_form(document, offsets)

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
        start = len(self._prefix)
        objects = [_whole(number, body) for number, body in zip(self.variable, bodies, strict=True)]
        offsets = list(accumulate(map(len, objects), initial=start))
        named = identity.hex().encode()
        table = self._table % (*offsets[:-1], named, named, offsets[-1])
        if self._signature is None:
            return Filled((self._prefix, *objects, table), 0, (), None, None, start)
        signed = self._signature
        return self._close(b"".join(objects[:signed]), objects[signed], (*objects[signed + 1 :], table))

    def _close(self, before: bytes, signature: bytes, after: Sequence[bytes]) -> Filled:
        """Write the byte range of a file and digest what it covers."""
        written = _RANGE.search(signature)
        opening = signature.find(_SLOT) + len(_SLOT) - 1
        closing = signature.find(b">", opening) + 1
        if written is None or not written.end() < opening < closing:
            raise TemplateError("a signature without a slot")
        start = len(self._prefix) + len(before)
        tail = b"".join((signature[closing:], *after))
        numbers = b"[0 %d %d %d]" % (start + opening, start + closing, len(tail))
        room = written.end(1) - written.start(1)
        if len(numbers) > room:
            raise TemplateError("no room for the byte range")
        head = signature[: written.start(1)] + numbers.ljust(room) + signature[written.end(1) : opening]
        hashed = self._hashed.copy()
        hashed.update(before)
        hashed.update(head)
        hashed.update(tail)
        place = Place(start + written.start(1), start + written.end(1), start + opening, start + closing)
        parts = self._prefix, before, head, b"<"
        room = closing - opening - len(b"<>")
        return Filled(parts, room, (b">", tail), hashed.digest(), place, len(self._prefix))


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
    return b"%d 0 obj\n%bendobj\n" % (number, body)


def _table_form(document: Document, offsets: Mapping[int, int]) -> bytes:
    """The cross-reference table and the trailer: a form that wants what changes from file to file.

    That is the places of the changing objects, the identity twice, and the table's own place.
    """
    count = len(document.objects) + 1
    entry = b"%010d 00000 n \n"
    entries = [entry % offsets[number] if number in offsets else entry for number in range(1, count)]
    roots = b"/Size %d /Root %d 0 R /Info %d 0 R" % (count, document.root, document.info)
    head = b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, b"".join(entries))
    return head + b"trailer\n<< " + roots + b" /ID [<%b> <%b>] >>\nstartxref\n%d\n%%%%EOF\n"
