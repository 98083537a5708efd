"""Certificates from frozen templates are the pages that the whole path draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
import pikepdf
import pypdf
import pypdfium2
import pytest

from libs.ui.typeset.archive import Evidence
from libs.ui.typeset.errors import TemplateError, UnprintableTextError, ValueUnfrozenError
from libs.ui.typeset.template import parse, rewrite
from services.certificates.adapters.pdf import get_wording, render_certificate, slot
from services.certificates.adapters.pdf.fast import CertificatePress
from services.certificates.domain.printed import CertificateContent
from tests.support.corpus import Invented, Kind, corpus, invent

PEOPLE = 220
READ = 30
SCALE = 1.0


@pytest.fixture(scope="module")
def press() -> CertificatePress:
    return CertificatePress()


@pytest.fixture(scope="module")
def pairs(press: CertificatePress) -> list[tuple[Invented, bytes, bytes]]:
    """Whoever a template serves, with the frozen and the whole path's file."""
    return list(_both_ways(press))


def _both_ways(press: CertificatePress) -> Iterator[tuple[Invented, bytes, bytes]]:
    for person in corpus(PEOPLE):
        wording = get_wording(person.content.issued_on)
        try:
            frozen = press.print_frozen(person.content, wording).pdf
        except ValueUnfrozenError:
            continue
        yield person, frozen, render_certificate(person.content, wording)


def test_most_certificates_come_from_templates(pairs: list[tuple[Invented, bytes, bytes]]) -> None:
    assert len(pairs) >= 0.75 * PEOPLE
    served = {person.kind for person, _, _ in pairs}
    assert set(Kind) - served <= {Kind.LONG_NAME, Kind.RARE_MARKS, Kind.DIGITS}


def test_both_paths_give_the_same_picture(pairs: list[tuple[Invented, bytes, bytes]]) -> None:
    for person, frozen, whole in pairs:
        for one, other in zip(_pictures(frozen), _pictures(whole), strict=True):
            assert np.array_equal(one, other), person.name


def test_both_paths_give_the_same_text(pairs: list[tuple[Invented, bytes, bytes]]) -> None:
    for person, frozen, whole in pairs:
        assert _pdfium_text(frozen) == _pdfium_text(whole), person.name
    for person, frozen, whole in pairs[:: len(pairs) // READ]:
        assert _pypdf_text(frozen) == _pypdf_text(whole), person.name


def test_both_paths_give_the_same_structure_and_say_the_same_of_themselves(
    pairs: list[tuple[Invented, bytes, bytes]],
) -> None:
    for person, frozen, whole in pairs:
        with pikepdf.open(BytesIO(frozen)) as one, pikepdf.open(BytesIO(whole)) as other:
            assert _tree(one.Root.StructTreeRoot.K) == _tree(other.Root.StructTreeRoot.K), person.name
            assert one.Root.Metadata.read_bytes() == other.Root.Metadata.read_bytes()
            assert dict(one.docinfo) == dict(other.docinfo)
            signatures = [pdf.Root.Perms.DocMDP for pdf in (one, other)]
            assert signatures[0].M == signatures[1].M
            assert not one.check_pdf_syntax(), person.name


def test_the_digest_is_that_of_the_slots_byte_range(press: CertificatePress) -> None:
    for person in corpus(40):
        filled = press.print_certificate(person.content, get_wording(person.content.issued_on))
        assert filled.digest == slot.digest(filled.pdf), person.name
        assert filled.sha256() == sha256(filled.pdf).digest(), person.name


def test_equal_contents_give_equal_bytes_and_other_contents_another_identity(press: CertificatePress) -> None:
    content = corpus(1)[0].content
    wording = get_wording(content.issued_on)
    first = press.print_certificate(content, wording).pdf
    assert CertificatePress().print_certificate(content, wording).pdf == first
    other = press.print_certificate(replace(content, number="2026/999999"), wording).pdf
    assert parse(first).identity != parse(other).identity


@pytest.mark.parametrize(("index", "kind"), [(17, Kind.RARE_MARKS), (19, Kind.DIGITS), (1, Kind.LONG_NAME)])
def test_what_no_template_holds_is_drawn_whole(press: CertificatePress, index: int, kind: Kind) -> None:
    person = invent(index, kind)
    wording = get_wording(person.content.issued_on)
    with pytest.raises(ValueUnfrozenError):
        press.print_frozen(person.content, wording)
    printed = press.print_certificate(person.content, wording).pdf
    whole = render_certificate(person.content, wording)
    assert _pypdf_text(printed) == _pypdf_text(whole)
    assert all(np.array_equal(*both) for both in zip(_pictures(printed), _pictures(whole), strict=True))


def test_what_can_t_be_printed_is_refused_by_both(press: CertificatePress) -> None:
    person = corpus(1)[0]
    holder = replace(person.content.holder, arabic_name="محمد \u202e العلوي")
    with pytest.raises(UnprintableTextError):
        press.print_certificate(replace(person.content, holder=holder), get_wording(person.content.issued_on))


def test_other_evidence_makes_another_template(press: CertificatePress) -> None:
    content = corpus(1)[0].content
    wording = get_wording(content.issued_on)
    for crl in (b"crl of monday", b"crl of tuesday"):
        printed = press.print_certificate(content, wording, Evidence((b"chain",), (crl,))).pdf
        with pikepdf.open(BytesIO(printed)) as pdf:
            assert pdf.Root.DSS.CRLs[0].read_bytes() == crl


def test_templates_are_bounded() -> None:
    press = CertificatePress(most_templates=2)
    for person in corpus(12):
        press.print_certificate(person.content, get_wording(date(2026, 1, 5)))
    assert len(press._templates) <= 2


def test_a_file_written_anew_holds_the_same_objects() -> None:
    whole = render_certificate(corpus(1)[0].content, get_wording(date(2026, 1, 5)))
    again = rewrite(whole)
    assert parse(again.pdf).objects.keys() == parse(whole).objects.keys()
    assert slot.digest(again.pdf) == again.digest
    assert again.shared.content == b""
    with pytest.raises(TemplateError):
        parse(whole[:-200])


def _pictures(pdf: bytes) -> list[Any]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=SCALE).to_numpy().copy() for page in document]


def _pdfium_text(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def _pypdf_text(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def _tree(element: Any) -> Any:
    """A structure element without the numbers of its objects."""
    if isinstance(element, pikepdf.Array):
        return [_tree(kid) for kid in element]
    if not isinstance(element, pikepdf.Dictionary):
        return str(element)
    if element.get("/Type") != "/StructElem":
        return str(element.get("/Type"))
    told = {key: str(element[key]) for key in ("/S", "/Lang", "/Alt") if key in element}
    attributes = {key: str(value) for key, value in dict(element.get("/A", {})).items() if key != "/BBox"}
    return told, attributes, _tree(element.get("/K", pikepdf.Array()))


def test_a_shape_is_frozen_from_any_content_that_fits(press: CertificatePress) -> None:
    """Which of two contents is printed first leaves no trace in either."""
    contents: list[CertificateContent] = [
        person.content for person in corpus(60) if person.kind is Kind.PLAIN
    ]
    wording = get_wording(contents[0].issued_on)
    forwards = [CertificatePress().print_certificate(content, wording).pdf for content in contents[:1]]
    backwards = CertificatePress()
    for content in reversed(contents):
        last = backwards.print_certificate(content, wording).pdf
    assert forwards == [last]
    assert press.print_certificate(contents[0], wording).pdf == last


def test_what_pages_of_a_shape_share_is_the_same_whoever_was_printed_first() -> None:
    """It is kept in the clear, so nobody's values may be in it."""
    people = corpus(READ * 4)
    first, last = _shared(people), _shared(people[::-1])
    assert first == last
    assert len(first) > 2 * len(set(first.values()))


def _shared(people: Sequence[Invented]) -> dict[str, bytes]:
    """What each person's page has of its template, by their name; all from new templates."""
    press, shared = CertificatePress(), {}
    for person in people:
        filled = press.print_certificate(person.content, get_wording(person.content.issued_on))
        if filled.shared.content:
            shared[person.name] = filled.shared.content
    return shared
