"""Reads from a form who somebody says they are: number and birth date."""

from __future__ import annotations

from datetime import date
from typing import Final

from fastapi import Request

from libs.chassis.clock import civil_date
from libs.contracts.identifiers import IdentifierRefused, guess_kind, read_identifier
from libs.contracts.people import Identifier, IdentifierKind
from libs.ui.elements import Option
from libs.ui.forms import Form
from services.identity.pages.showing import word
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


def read_who(form: Form, deps: Deps, *, kind_missing: str | None = None) -> tuple[Identifier, date] | None:
    """Read number and birth date.

    Args:
        form: What was posted; faults are noted in it, field by field.
        deps: The parts.
        kind_missing: The message's key where the kind has to be chosen; None tells it from the number's form.

    Returns:
        Both, or None if one of them is missing or wrong.
    """
    today = civil_date(deps.clock.now())
    kind = form.choice("kind", KINDS, missing=kind_missing)
    number = form.text("number", missing="identity.number.missing", longest=40)
    office, year = form.text("office", longest=80), form.text("year", longest=10)
    born_on = form.date("born_on", missing="identity.born_on.missing", earliest=EARLIEST_BIRTH, latest=today)
    if not number:
        return None
    try:
        identifier = read_identifier(
            IdentifierKind(kind) if kind else guess_kind(number),
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
    other = form.value("kind") not in {"", IdentifierKind.CIN}
    return bool(filled or other or {"office", "year"} & form.errors.keys())


def kinds_of_number(request: Request) -> list[Option]:
    """The kinds that a form offers."""
    hints = {str(IdentifierKind.BIRTH_CERTIFICATE): word(request, "register.kind.act_hint")}
    return [Option(kind, word(request, f"identifier.{kind}"), hints.get(kind, "")) for kind in KINDS]
