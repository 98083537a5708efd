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
from services.certificates.adapters.pdf import get_wording, render_certificate
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

    WHOLE = "whole"
    WHOLE_UNSIGNED = "whole-unsigned"


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
        return Printed(person.name, pdf, tuple(_faults(pdf, person.content)))


def unsigned_page(content: CertificateContent) -> bytes:
    """The whole path's page without a place for a signature."""
    wording = get_wording(content.issued_on)
    sheet = new_sheet(content, wording)
    compose(sheet, content, wording)
    return sheet.finish()


def render_with_empty_slot(content: CertificateContent) -> bytes:
    """The whole path's page as it is kept, before it is signed."""
    return render_certificate(content, get_wording(content.issued_on))


def signed_page(content: CertificateContent) -> bytes:
    """The whole path's page, signed, with what proves the signature's certificate."""
    certified, evidence = _seal()
    return signed(render_certificate(content, get_wording(content.issued_on), evidence=evidence), certified)


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


def _faults(pdf: bytes, content: CertificateContent) -> Iterator[str]:
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
def _seal() -> tuple[Certified, Evidence]:
    """A key with a certificate of a new local authority, and what proves it."""
    with TemporaryDirectory() as folder:
        authority = Authority(Path(folder), _MADE_AT)
        certified = Certified.by(authority, _MADE_AT)
        return certified, Evidence(tuple(certified.embedded), tuple(ders(authority.lists(_MADE_AT))))


_ROUTES: Final[dict[Route, Callable[[CertificateContent], bytes]]] = {
    Route.WHOLE: signed_page,
    Route.WHOLE_UNSIGNED: unsigned_page,
}
