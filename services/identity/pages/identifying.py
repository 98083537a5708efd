"""Reads from a form who somebody says they are: number and birth date."""

from __future__ import annotations

from datetime import date
from typing import Final

from libs.chassis.clock import civil_date
from libs.contracts.identifiers import IdentifierRefused, guess_kind, read_identifier
from libs.contracts.people import Identifier, IdentifierKind
from libs.ui.forms import Form
from services.identity.ports import Deps

EARLIEST_BIRTH: Final = date(1890, 1, 1)
KINDS: Final = tuple(str(kind) for kind in IdentifierKind)
FAULTS: Final = {
    ("number", "missing"): "identity.number.missing",
    ("number", "malformed"): "identity.number.malformed",
    ("office", "missing"): "identity.office.missing",
    ("office", "malformed"): "identity.office.malformed",
    ("year", "missing"): "identity.year.missing",
    ("year", "malformed"): "identity.year.malformed",
}


def read_who(form: Form, deps: Deps, *, kind: IdentifierKind | None) -> tuple[Identifier, date] | None:
    """Read number and birth date.

    Args:
        form: What was posted; faults are noted in it, field by field.
        deps: The parts.
        kind: What sort of number it is; None to tell it from its form.

    Returns:
        Both, or None if one of them is missing or wrong.
    """
    today = civil_date(deps.clock.now())
    number = form.text("number", missing="identity.number.missing", longest=40)
    office, year = form.text("office", longest=80), form.text("year", longest=10)
    born_on = form.date("born_on", missing="identity.born_on.missing", earliest=EARLIEST_BIRTH, latest=today)
    if not number:
        return None
    try:
        identifier = read_identifier(
            kind or guess_kind(number),
            number,
            office=office,
            year=year,
            born_on=born_on or today,
            today=today,
            cin_pattern=deps.policy.cin_pattern,
        )
    except IdentifierRefused as refusal:
        form.fail(refusal.field, FAULTS[refusal.field, refusal.reason])
        return None
    return None if born_on is None else (identifier, born_on)


def shows_act(form: Form) -> bool:
    """Whether the fields that belong to a birth certificate's number are unfolded."""
    filled = form.value("office") or form.value("year")
    chosen = form.value("kind") == IdentifierKind.BIRTH_CERTIFICATE
    return bool(filled or chosen or {"office", "year"} & form.errors.keys())
