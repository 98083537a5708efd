"""Whose certificates are printed: invented people, each of them once, all on one day as a house does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Final

from libs.chassis.clock import civil_date
from services.certificates.domain.printed import CertificateContent
from tests.support.corpus import Kind, corpus

NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
_KINDS: Final = frozenset(
    {Kind.PLAIN, Kind.ACCENTS, Kind.TIFINAGH, Kind.NO_LATIN, Kind.YEAR_ONLY, Kind.MINOR, Kind.COMPANION}
)
_INVENTED: Final = 18_000


@cache
def people() -> Sequence[CertificateContent]:
    """What is printed for each, enough of them that nobody comes twice in a run."""
    today = civil_date(NOW)
    return [
        replace(person.content, issued_on=today, number=f"{today.year}/{place:06d}")
        for place, person in enumerate(corpus(_INVENTED), 1)
        if person.kind in _KINDS
    ]
