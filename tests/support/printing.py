"""Prints the corpus through every path, unsigned and signed, and says what is wrong in its structure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pikepdf

from deploy.local.authority.ca import Authority
from libs.ui.typeset.archive import Evidence
from libs.ui.typeset.errors import ValueUnfrozenError
from services.certificates.adapters.pdf import get_wording, render_certificate, slot
from services.certificates.adapters.pdf.fast import CertificatePress
from services.certificates.adapters.pdf.page import compose, new_sheet
from services.certificates.domain.printed import CertificateContent, DocumentKind
from tests.support.corpus import Invented
from tests.support.extractors import squeezed
from tests.support.sealing import Certified, ders, signed
from tests.support.tagged_pdf import TaggedPdf, take_apart

WORKERS: Final = 2
_MADE_AT: Final = datetime(2026, 11, 1, tzinfo=UTC)


class Route(StrEnum):
    """How a page comes about."""

    WHOLE = "drawn whole, signed"
    WHOLE_UNSIGNED = "drawn whole, unsigned"
    FAST = "from a template, signed"
    FAST_UNSIGNED = "from a template, its slot empty"


@dataclass(frozen=True)
class Printed:
    """A page of the corpus.

    Attributes:
        faults: What its structure tree and qpdf's check tell against it.
    """

    name: str
    pdf: bytes
    faults: tuple[str, ...]


def print_all(route: Route, people: Iterable[Invented]) -> Iterator[Printed]:
    """Every page by one route, printed by several processes at once."""
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_Printing(route), people, chunksize=10)


@dataclass(frozen=True)
class _Printing:
    """What a process does with one of the people."""

    route: Route

    def __call__(self, person: Invented) -> Printed:
        pdf = _ROUTES[self.route](person.content)
        return Printed(person.name, pdf, tuple(faults(pdf, person.content)))


def unsigned_page(content: CertificateContent) -> bytes:
    """The whole path's page without a place for a signature."""
    wording = get_wording(content.issued_on)
    sheet = new_sheet(content, wording)
    compose(sheet, content, wording)
    return sheet.finish()


def signed_page(content: CertificateContent) -> bytes:
    """The whole path's page, signed, with what proves the signature's certificate."""
    certified, evidence = _seal()
    return signed(render_certificate(content, get_wording(content.issued_on), evidence=evidence), certified)


def unfilled_page(content: CertificateContent) -> bytes:
    """The fast path's page as it is kept, its slot empty; the whole path's where no template holds it."""
    press, (_, evidence) = _press(), _seal()
    return press.print_certificate(content, get_wording(content.issued_on), evidence).pdf


def fast_page(content: CertificateContent) -> bytes:
    """The fast path's page, its own digest signed."""
    press, (certified, evidence) = _press(), _seal()
    filled = press.print_certificate(content, get_wording(content.issued_on), evidence)
    if filled.digest is None:
        raise ValueError("a certificate without a place for its signature")
    return slot.fill(filled.pdf, certified.cms(filled.digest))


def fits_a_template(content: CertificateContent) -> bool:
    """Whether the fast path prints this without falling back."""
    try:
        _press().print_frozen(content, get_wording(content.issued_on))
    except ValueUnfrozenError:
        return False
    return True


def read_aloud(content: CertificateContent) -> list[str]:
    """What must be heard of a certificate or a card, in this order."""
    wording, holder = get_wording(content.issued_on), content.holder
    birth = wording.birth(holder.birth_date, holder.birth_precision)
    lines = [wording.line(line, holder.sex) for line in content.disabilities]
    if content.kind is DocumentKind.CARD:
        return [holder.arabic_name, birth, content.number, content.verification_code]
    basis = wording.basis.format(ministry=wording.ministry)
    statement = wording.statement.format(ministry=wording.ministry)
    person = [holder.arabic_name, birth, holder.birth_place, holder.identifier, *lines]
    purpose = wording.purpose[holder.sex]
    return [
        wording.long_date(content.issued_on),
        content.number,
        basis,
        statement,
        *person,
        purpose,
        content.verification_code,
    ]


def faults(pdf: bytes, content: CertificateContent) -> Iterator[str]:
    """What qpdf's check and the structure tree tell against a page."""
    with pikepdf.open(BytesIO(pdf)) as document:
        yield from document.check_pdf_syntax()
    apart = take_apart(pdf)
    if apart.unmarked:
        yield f"painted outside the structure: {apart.unmarked[:3]}"
    if apart.texts.keys() != apart.parents.keys():
        yield "the parent tree and the marked content differ"
    yield from _unheard(apart, content)


def _unheard(apart: TaggedPdf, content: CertificateContent) -> Iterator[str]:
    heard = squeezed(apart.spoken(apart.root))
    place = 0
    for index, text in enumerate(read_aloud(content)):
        found = heard.find(squeezed(text), place)
        if found < 0:
            yield f"text {index} isn't heard where it should be"
            return
        place = found + len(squeezed(text))


@cache
def _press() -> CertificatePress:
    """One press per process."""
    return CertificatePress()


@cache
def _seal() -> tuple[Certified, Evidence]:
    """A key with a certificate of a new local authority, and what proves it."""
    with TemporaryDirectory() as folder:
        authority = Authority(Path(folder), _MADE_AT)
        certified = Certified.by(authority, _MADE_AT)
        return certified, Evidence(tuple(certified.embedded), tuple(ders(authority.lists(_MADE_AT))))


_ROUTES: Final[dict[Route, Callable[[CertificateContent], bytes]]] = {
    Route.WHOLE: signed_page,
    Route.WHOLE_UNSIGNED: unsigned_page,
    Route.FAST: fast_page,
    Route.FAST_UNSIGNED: unfilled_page,
}
