"""Invented people's certificates, by every route: veraPDF, qpdf and the structure tree find nothing."""

from __future__ import annotations

import pytest

from tests.support.corpus import ODD, SIZE, Kind, corpus, one_of_each
from tests.support.judging import Verdict, judge
from tests.support.printing import Route, faults, fits_a_template, unsigned_page

# A page that isn't signed differs from the same page signed by its signature alone, so five of each kind
# stand for them all; `python -m tests.support.judging` judges all of them by every route.
SIZES = {
    Route.WHOLE: SIZE,
    Route.FAST: SIZE,
    Route.WHOLE_UNSIGNED: 5 * len(Kind),
    Route.FAST_UNSIGNED: 5 * len(Kind),
}


@pytest.mark.parametrize("route", Route)
def test_nothing_is_wrong_with_any_page(route: Route) -> None:
    assert judge(route, SIZES[route]) == Verdict(SIZES[route], {}, {})


def test_both_paths_print_the_corpus() -> None:
    fast = {person.name for person in corpus() if fits_a_template(person.content)}
    odd = {person.name for person in corpus() if person.kind in ODD}
    assert len(fast) > SIZE * 0.6
    assert odd - fast


def test_what_is_wrong_with_a_structure_is_found() -> None:
    first, second = one_of_each()[:2]
    assert list(faults(unsigned_page(first.content), first.content)) == []
    assert list(faults(unsigned_page(first.content), second.content)) != []
