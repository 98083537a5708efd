"""A card's seven years and the time for its renewal."""

from datetime import date

import pytest

from services.certificates.domain.card import CardRules, card_valid_until, renewal_due_on


@pytest.mark.parametrize(
    ("issued_on", "last_day"),
    [
        (date(2026, 10, 30), date(2033, 10, 29)),
        (date(2026, 1, 1), date(2032, 12, 31)),
        (date(2028, 2, 29), date(2035, 2, 28)),
        (date(2025, 3, 1), date(2032, 2, 29)),
    ],
)
def test_a_card_holds_for_seven_years(issued_on: date, last_day: date) -> None:
    assert card_valid_until(issued_on) == last_day


@pytest.mark.parametrize(
    ("last_day", "due_on"),
    [
        (date(2033, 10, 29), date(2033, 8, 29)),
        (date(2033, 1, 31), date(2032, 11, 30)),
        (date(2033, 4, 30), date(2033, 2, 28)),
    ],
)
def test_a_renewal_is_asked_for_two_months_before(last_day: date, due_on: date) -> None:
    assert renewal_due_on(last_day) == due_on


def test_other_rules_give_other_days() -> None:
    rules = CardRules(validity_years=1, renewal_months=12, declaration_days=10)
    assert card_valid_until(date(2026, 11, 1), rules) == date(2027, 10, 31)
    assert renewal_due_on(date(2027, 10, 31), rules) == date(2026, 10, 31)
