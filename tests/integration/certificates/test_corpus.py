"""Five hundred invented people, by every route: veraPDF, qpdf and the structure tree find nothing."""

from __future__ import annotations

import pytest

from tests.support.corpus import SIZE, corpus, one_of_each
from tests.support.printing import Route, print_all, render_with_empty_slot
from tests.support.verapdf import broken_claims


@pytest.mark.parametrize("route", Route)
def test_nothing_is_wrong_with_any_page(route: Route) -> None:
    pages = {page.name: page for page in print_all(route, corpus())}
    assert len(pages) == SIZE
    assert {name: page.faults for name, page in pages.items() if page.faults} == {}
    assert broken_claims({name: page.pdf for name, page in pages.items()}) == {}


def test_a_slot_that_nobody_signed_is_found() -> None:
    pages = {person.name: render_with_empty_slot(person.content) for person in one_of_each()[:3]}
    found = broken_claims(pages)
    assert set(found.values()) == {("2a 6.4.3-2", "2a 6.4.3-3")}
    assert found.keys() == pages.keys()
