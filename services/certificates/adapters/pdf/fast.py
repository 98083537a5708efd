"""Certificates from frozen templates: everything that pages of one shape share is written once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from re import split as split_at
from threading import Lock

from libs.ui.typeset.archive import Evidence, Facts, information, pdf_date, xmp
from libs.ui.typeset.errors import ValueUnfrozenError
from libs.ui.typeset.lettering import Lettering, SlotSetter, get_lettering
from libs.ui.typeset.qr import make_symbol, qr_operators, split
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import PictureSlot, TextSlot
from libs.ui.typeset.template import Document, Filled, Template, parse, rewrite, stream_body
from services.certificates.adapters.pdf.looks import NAME
from services.certificates.adapters.pdf.page import (
    compose,
    document_facts,
    new_sheet,
    render_certificate,
    signature_field,
)
from services.certificates.adapters.pdf.values import Shape, page_shape, page_values
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.printed import CertificateContent, DocumentKind

# A template holds its fixed bytes, about 130 KB: 64 of them are 8 MB.
MOST_TEMPLATES = 64
# The faces in which values are set; their inventories come first in each font.
_FACES = ("arabic-bold", "latin", "latin-bold", "tifinagh", "code-bold")
_DATE = rb"\(D:[^)]*\)"
_IDENTITY_BYTES = 16
_MOST_DAYS = 64

_Key = tuple[Shape, Evidence | None]


class CertificatePress:
    """Prints certificates and cards to be signed; safe to call from several threads."""

    def __init__(self, most_templates: int = MOST_TEMPLATES) -> None:
        """Start without any template; each is frozen when its shape is first printed.

        Args:
            most_templates: How many are kept; the one that was used longest ago goes first.
        """
        self._most = most_templates
        self._templates: OrderedDict[_Key, _Frozen] = OrderedDict()
        self._lock = Lock()

    def print_certificate(
        self, content: CertificateContent, wording: Wording, evidence: Evidence | None = None
    ) -> Filled:
        """A file to be signed, from a template where its values allow it, else drawn whole.

        Args:
            content: What changes from one certificate to the next.
            wording: What was in force on its date of issue.
            evidence: What proves the seal's certificate, where it is known.

        Returns:
            The same page as `render_certificate` gives, with an empty slot, and the digest to sign.

        Raises:
            UnprintableTextError: A value can't be printed.
            TextTooLongError: The values don't fit the page at the smallest size.
            FontMissingError: The fonts were never fetched.
        """
        try:
            return self.print_frozen(content, wording, evidence)
        except ValueUnfrozenError:
            return rewrite(render_certificate(content, wording, evidence=evidence))

    def print_frozen(
        self, content: CertificateContent, wording: Wording, evidence: Evidence | None = None
    ) -> Filled:
        """The same, from a template only.

        Raises:
            ValueUnfrozenError: A value needs more room or other glyphs than its template has.
            UnprintableTextError: A value can't be printed.
        """
        return self._frozen(content, wording, evidence).fill(content, wording)

    def _frozen(self, content: CertificateContent, wording: Wording, evidence: Evidence | None) -> _Frozen:
        key = (page_shape(content, wording), evidence)
        with self._lock:
            found = self._templates.get(key)
            if found is None:
                found = self._templates[key] = _freeze(content, wording, evidence)
                if len(self._templates) > self._most:
                    self._templates.popitem(last=False)
            else:
                self._templates.move_to_end(key)
        return found


@dataclass(frozen=True, slots=True)
class _Frozen:
    """One template with its changing objects, each by its place among them.

    Attributes:
        texts: What sets the slots of values.
        pictures: The slots of the QR code.
        written: What else changes: what writes each from what the document says of itself.
    """

    template: Template
    texts: tuple[tuple[int, SlotSetter], ...]
    pictures: tuple[tuple[int, PictureSlot], ...]
    written: tuple[tuple[int, Callable[[Facts], bytes]], ...]

    def fill(self, content: CertificateContent, wording: Wording) -> Filled:
        """One file."""
        values = page_values(content, wording)
        facts = document_facts(content, wording)
        bodies = [b""] * len(self.template.variable)
        for place, setter in self.texts:
            bodies[place] = stream_body(setter.operators(values[setter.name]))
        for place, slot in self.pictures:
            symbol = make_symbol(split(content.qr_url))
            bodies[place] = stream_body(qr_operators(symbol, slot.x, slot.y, slot.side))
        for place, write in self.written:
            bodies[place] = write(facts)
        named = "\n".join([*values.values(), content.qr_url])
        identity = blake2b(named.encode(), digest_size=_IDENTITY_BYTES)
        return self.template.fill(bodies, identity.digest())


def _freeze(content: CertificateContent, wording: Wording, evidence: Evidence | None) -> _Frozen:
    """Draw a page with its values left out.

    Raises:
        ValueUnfrozenError: This content's values don't fit their slots, so that nothing is learnt from it.
    """
    sheet = new_sheet(content, wording, holes=True)
    lettering = embed_values(sheet)
    compose(sheet, content, wording)
    _refuse_smaller(sheet, content)
    sheet.sign_here(signature_field(wording), evidence)
    document = parse(sheet.finish())
    signature = document.reference(document.reference(document.root, "Perms"), "DocMDP")
    metadata = document.reference(document.root, "Metadata")
    holes = dict(zip(_hole_numbers(document), sheet.holes, strict=True))
    template = Template(document, [*holes, document.info, metadata, signature])
    places = {number: place for place, number in enumerate(template.variable)}
    dated = _dated(template.bodies(document)[places[signature]])
    slots = [(places[number], slot) for number, slot in holes.items()]
    return _Frozen(
        template,
        tuple((place, lettering.setter(slot)) for place, slot in slots if isinstance(slot, TextSlot)),
        tuple((place, slot) for place, slot in slots if isinstance(slot, PictureSlot)),
        ((places[document.info], _info), (places[metadata], _metadata), (places[signature], dated)),
    )


def _info(facts: Facts) -> bytes:
    return information(facts) + b"\n"


def _metadata(facts: Facts) -> bytes:
    return stream_body(xmp(facts), b"/Type /Metadata /Subtype /XML ")


def _dated(signature: bytes) -> Callable[[Facts], bytes]:
    """What writes a signature dictionary, up to its slot, with a document's date."""
    pieces = split_at(_DATE, signature)

    @lru_cache(maxsize=_MOST_DAYS)
    def of_day(made_at: datetime) -> bytes:
        return pdf_date(made_at).encode().join(pieces)

    return lambda facts: of_day(facts.made_at)


def embed_values(sheet: Sheet) -> Lettering:
    """Give a sheet the shared fonts of values before anything is drawn on it.

    Args:
        sheet: A sheet without any face.

    Returns:
        What sets values in these fonts.
    """
    lettering = get_lettering(_FACES)
    for face in lettering.faces:
        embedded = sheet.embed(face.face)
        for pair in face.pairs:
            embedded.code(*pair)
    return lettering


def _refuse_smaller(sheet: Sheet, content: CertificateContent) -> None:
    """A page at a smaller scale is drawn whole: at full scale other values of its shape might have fitted."""
    if content.kind is DocumentKind.CERTIFICATE:
        sizes_pt = [
            hole.size_pt for hole in sheet.holes if isinstance(hole, TextSlot) and hole.name == "name"
        ]
        if sizes_pt != [NAME.sizes_pt[0]]:
            raise ValueUnfrozenError("name")


def _hole_numbers(document: Document) -> list[int]:
    """The empty streams between the pieces of each page, in the order of `Sheet.holes`."""
    numbers = []
    for page in document.references(document.reference(document.root, "Pages")):
        contents = document.reference(page, "Contents")
        if document.objects[contents].startswith(b"["):
            numbers += document.references(contents)[1::2]
    return numbers
