"""The officer's page for a correction: what the corrected version prints, beside what is printed now."""

from __future__ import annotations

import unicodedata
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.chassis.web.kept import kept_answers
from libs.contracts.people import Precision, Role, Sex
from libs.contracts.requests import PrintedPerson
from libs.ui.forms import Form
from services.certificates import handlers
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.reissue import may_reissue
from services.certificates.domain.version import VersionKind
from services.certificates.errors import NothingToCorrect, NotInForce, ReissueUnderway, WrongStage
from services.certificates.pages.screen import Screen, ScreenNeeded, see_other

router = APIRouter()

Officer = Annotated[Caller, Depends(Allow(Role.CERTIFICATE_OFFICER))]

_LONGEST = 120
_SCRIPTS = {
    "arabic_family_name": "ARABIC",
    "arabic_given_name": "ARABIC",
    "latin_family_name": "LATIN",
    "latin_given_name": "LATIN",
}
_ALWAYS = frozenset({"arabic_family_name", "arabic_given_name"})
_FIRST_DAY = date(1900, 1, 1)


def may_correct(certificate: Certificate, today: date) -> bool:
    """Whether an officer may propose a correction today, or another one in its place."""
    under_way = certificate.reissue
    if under_way is not None and under_way.kind is VersionKind.CORRECTION:
        return certificate.stage is Stage.DRAFTING
    return may_reissue(certificate, today)


@router.get("/staff/certificates/{certificate_id}/correct")
async def ask_correction(screen: ScreenNeeded, caller: Officer, certificate_id: str) -> Response:
    """Show what is printed, to be corrected."""
    certificate = await handlers.get_file(screen.deps, caller, certificate_id)
    if not may_correct(certificate, screen.today):
        return see_other(f"/staff/certificates/{certificate_id}")
    form = Form.posted((await kept_answers(screen.request)).multi_items())
    if not form.value("sex"):
        form = _filled(certificate.get_personal().to_print)
    return _show(screen, caller, certificate, form, HTTPStatus.OK)


@router.post("/staff/certificates/{certificate_id}/correct")
async def correct(screen: ScreenNeeded, caller: Officer, certificate_id: str) -> Response:
    """Keep what a corrected version shall print; it goes to control like every other one."""
    certificate = await handlers.get_file(screen.deps, caller, certificate_id)
    form = await screen.posted()
    proposed = _read(form, certificate.get_personal().printed, screen.today)
    if proposed is None:
        return _show(screen, caller, certificate, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        await handlers.propose_correction(screen.deps, caller, certificate_id, proposed)
    except (NothingToCorrect, NotInForce, ReissueUnderway, WrongStage) as refusal:
        form.fail("arabic_family_name", f"error.{refusal.slug}")
        return _show(screen, caller, certificate, form, refusal.status)
    return see_other(f"/staff/certificates/{certificate_id}?done=correct")


def _filled(printed: PrintedPerson) -> Form:
    born = printed.birth_date
    return Form(
        {
            **{name: getattr(printed, name) for name in (*_SCRIPTS, "birth_place")},
            "sex": printed.sex.value,
            "birth_precision": printed.birth_precision.value,
            "birth_date-day": str(born.day),
            "birth_date-month": str(born.month),
            "birth_date-year": str(born.year),
        }
    )


def _read(form: Form, printed: PrintedPerson, today: date) -> PrintedPerson | None:
    """What was typed in the place of what is printed; None if something is missing or wrong."""
    names = {name: _read_name(form, name) for name in _SCRIPTS}
    sex = form.choice("sex", list(Sex), missing="correct.sex.missing")
    precision = form.choice("birth_precision", list(Precision), missing="correct.birth_precision.missing")
    born = form.date("birth_date", missing="correct.birth_date.missing", earliest=_FIRST_DAY, latest=today)
    place = form.text("birth_place", missing="correct.birth_place.missing", longest=_LONGEST)
    if not form.valid or born is None:
        return None
    told = {"sex": Sex(sex), "birth_precision": Precision(precision), "birth_place": place}
    by_year = told["birth_precision"] is Precision.YEAR
    first_day = date(born.year, 1, 1)
    return printed.model_copy(update={**names, **told, "birth_date": first_day if by_year else born})


def _read_name(form: Form, name: str) -> str:
    missing = f"correct.{name}.missing" if name in _ALWAYS else None
    text = form.text(name, missing=missing, longest=_LONGEST)
    letters = [letter for letter in text if letter.isalpha()]
    if not all(unicodedata.name(letter, "").startswith(_SCRIPTS[name]) for letter in letters):
        form.fail(name, f"correct.{_SCRIPTS[name].lower()}")
    return text


def _show(screen: Screen, caller: Caller, certificate: Certificate, form: Form, status: int) -> Response:
    personal = certificate.get_personal()
    return screen.show(
        caller,
        "correct.html",
        status,
        form=form,
        file=certificate,
        printed=personal.printed,
        wish=personal.wishes[-1] if certificate.mistake_told_at else None,
        sexes=list(Sex),
        precisions=list(Precision),
    )
