"""How long a card holds, and when it is renewed (decree 2.22.1075 of 2024; domain digest, section 2)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class CardRules:
    """The decree's terms.

    Attributes:
        validity_years: From the day of issue.
        renewal_months: At least so long before the last day, a renewal is asked for.
        declaration_days: Within these, a change of what the card says is declared.
    """

    validity_years: int
    renewal_months: int
    declaration_days: int


DECREE_2_22_1075 = CardRules(validity_years=7, renewal_months=2, declaration_days=10)


def card_valid_until(issued_on: date, rules: CardRules = DECREE_2_22_1075) -> date:
    """The last day of a card: the day before its anniversary, seven years on.

    Args:
        issued_on: The day of issue in Casablanca.
        rules: The terms in force that day.
    """
    return _months_later(issued_on, 12 * rules.validity_years) - timedelta(days=1)


def renewal_due_on(valid_until: date, rules: CardRules = DECREE_2_22_1075) -> date:
    """The last day on which a renewal is asked for in time."""
    return _months_later(valid_until, -rules.renewal_months)


def _months_later(day: date, months: int) -> date:
    """The same day of another month; 29 February of a year without one is 1 March."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    overflow = day.day - monthrange(year, month)[1]
    if overflow > 0 and months > 0:
        return date(year, month, monthrange(year, month)[1]) + timedelta(days=1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
