"""Previews of every kind of document are accessible and archivable, as veraPDF sees them."""

from __future__ import annotations

from services.certificates.adapters.pdf import get_wording, render_certificate
from tests.support.corpus import one_of_each
from tests.support.verapdf import broken_claims


def test_nothing_is_wrong_with_any_preview() -> None:
    pages = {
        person.name: render_certificate(person.content, get_wording(person.content.issued_on), preview=True)
        for person in one_of_each()
    }
    assert broken_claims(pages) == {}
