"""PDF files that differ in a few objects only: what is fixed is parsed, numbered and hashed once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING, Self

from libs.ui.typeset.errors import TemplateError

if TYPE_CHECKING:
    from hashlib import _Hash

# Four bytes beyond ASCII tell everything that moves files that this one is binary (ISO 19005-2, 6.1.2).
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r]\n?")
_OBJECT = re.compile(rb"(\d+) 0 obj\s")
_END = b"endobj\n"
_RANGE_KEY = b"/ByteRange "
_RANGE = re.compile(_RANGE_KEY + rb"(\[[^\]]*\] *)")
_SLOT = re.compile(rb"/Contents (<0*>)")


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


@dataclass(frozen=True)
class Shared:
    """What all files of a template begin with, and its SHA-256, at the end and on the way to a file's."""

    content: bytes
    hashed: "_Hash" = field(repr=False)
    sha256: bytes

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Hash it, once."""
        hashed = sha256(content)
        return cls(content, hashed, hashed.digest())


@dataclass(frozen=True, slots=True)
class Filled:
    """A whole file, in pieces until somebody wants it: to join them is to copy them all.

    Attributes:
        shared: What it has from its template.
        before: Its bytes behind that, up to the signature's slot, the byte range written.
        slot: The slot, empty, between its angle brackets.
        after: Its bytes behind the slot.
        digest: The SHA-256 of what the signature covers, which is all but the slot.
    """

    shared: Shared
    before: bytes
    slot: bytes
    after: bytes
    digest: bytes

    @property
    def pdf(self) -> bytes:
        """The file, its slot empty."""
        return b"".join((self.shared.content, self.rest))

    @property
    def rest(self) -> bytes:
        """What it doesn't have from its template, its slot empty."""
        return b"".join((self.before, self.slot, self.after))

    def sha256(self) -> bytes:
        """The SHA-256 of the file, its slot empty."""
        hashed = self.shared.hashed.copy()
        hashed.update(self.rest)
        return hashed.digest()

    def sealed(self, seal: bytes) -> bytes:
        """The file with its signature; the bytes that are signed stay as they are.

        Args:
            seal: The CMS SignedData; zeros fill what it leaves free of the slot.

        Raises:
            TemplateError: It is longer than the slot.
        """
        value = b"<" + seal.hex().encode()
        if len(value) >= len(self.slot):
            raise TemplateError("no room for the signature")
        return b"".join((self.shared.content, self.before, value, self.slot[len(value) :], self.after))


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
            variable: The numbers of those that change; its one signature is among them.

        Raises:
            TemplateError: There's another number of signatures among them, or no slot.
        """
        self.variable = tuple(sorted(variable))
        fixed = [
            (number, body) for number, body in sorted(document.objects.items()) if number not in variable
        ]
        written = [b"%d 0 obj\n%bendobj\n" % each for each in fixed]
        starts = accumulate(map(len, written), initial=len(_HEAD))
        self._shared = Shared.of(b"".join((_HEAD, *written)))
        numbers = [number for number, _ in fixed]
        self._table = _table_form(document, dict(zip(numbers, starts, strict=False)))
        signed = [
            place for place, number in enumerate(self.variable) if _RANGE.search(document.objects[number])
        ]
        if len(signed) != 1:
            raise TemplateError("not one signature")
        self._signed = signed[0]
        head, self._slot, tail = _cut_signature(document.objects[self.variable[self._signed]])
        self._room = len(_RANGE.findall(head)[0])
        self._between, self._starts = self._frame(tail)

    def bodies(self, document: Document) -> list[bytes]:
        """The changing objects, as `fill` takes them, of the file that the template was made of."""
        bodies = [document.objects[number] for number in self.variable]
        bodies[self._signed] = _cut_signature(bodies[self._signed])[0]
        return bodies

    def fill(self, bodies: Sequence[bytes], identity: bytes) -> Filled:
        """One file.

        Args:
            bodies: The changing objects in the order of `variable`; of the signature dictionary only what
                stands before its slot, with a byte range that has room for its numbers.
            identity: 16 bytes for the file's /ID.

        Returns:
            The file, the same for the same arguments.

        Raises:
            TemplateError: The numbers of the byte range don't fit in their place.
        """
        ends = accumulate(map(len, bodies), initial=0)
        *starts, table_start = map(add, self._starts, ends)
        named = identity.hex().encode()
        pieces = [b""] * (2 * len(bodies) + 2)
        pieces[:-1:2] = self._between
        pieces[1:-1:2] = bodies
        pieces[-1] = self._table % (*starts, named, named, table_start)
        cut = 2 * self._signed + 1
        return self._close(b"".join(pieces[:cut]), bodies[self._signed], b"".join(pieces[cut + 1 :]))

    def _close(self, before: bytes, signature: bytes, after: bytes) -> Filled:
        """Write the byte range of a file and digest what it covers."""
        opening = len(self._shared.content) + len(before) + len(signature)
        numbers = b"[0 %d %d %d]" % (opening, opening + len(self._slot), len(after))
        if len(numbers) > self._room:
            raise TemplateError("no room for the byte range")
        start = signature.index(_RANGE_KEY) + len(_RANGE_KEY)
        head, rest = signature[:start], signature[start + self._room :]
        before = b"".join((before, head, numbers.ljust(self._room), rest))
        hashed = self._shared.hashed.copy()
        hashed.update(before)
        hashed.update(after)
        return Filled(self._shared, before, self._slot, after, hashed.digest())

    def _frame(self, behind_slot: bytes) -> tuple[list[bytes], list[int]]:
        """What stands before each changing object and behind the last.

        Returns:
            Those pieces, and where each object and the table would begin if all changing ones were empty.
        """
        heads = [b"%d 0 obj\n" % number for number in self.variable]
        ends = [_END] * len(heads)
        ends[self._signed] = behind_slot + _END
        between = [heads[0], *(end + head for end, head in zip(ends, [*heads[1:], b""], strict=True))]
        slots = [0] * (self._signed + 1) + [len(self._slot)] * (len(heads) - self._signed)
        begun = accumulate(map(len, between), initial=len(self._shared.content))
        next(begun)
        starts = [at + slot - len(head) for at, slot, head in zip(begun, slots, [*heads, b""], strict=True)]
        return between, starts


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
    template = Template(
        document, [number for number, body in document.objects.items() if _RANGE.search(body)]
    )
    filled = template.fill(template.bodies(document), document.identity)
    return replace(filled, shared=Shared.of(b""), before=filled.shared.content + filled.before)


def stream_body(content: bytes, entries: bytes = b"") -> bytes:
    """A stream that isn't compressed, as an object's body.

    Args:
        content: What it holds.
        entries: Entries of its dictionary besides its length.
    """
    return b"<< %b/Length %d >>\nstream\n%b\nendstream\n" % (entries, len(content), content)


def _reference(body: bytes, key: str) -> int:
    found = re.search(rb"/%b (\d+) 0 R" % key.encode("ascii"), body)
    if found is None:
        raise TemplateError(f"no reference /{key}")
    return int(found[1])


def _cut_signature(body: bytes) -> tuple[bytes, bytes, bytes]:
    """A signature dictionary before its slot, the slot with its brackets, and what stands behind it."""
    found = _SLOT.search(body)
    if found is None or not _RANGE.search(body, 0, found.start(1)):
        raise TemplateError("a signature without a slot")
    return body[: found.start(1)], found[1], body[found.end(1) :]


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
