"""The committee's opinion and the refusal."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Response

from libs.chassis.clock import civil_date
from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration
from libs.ui.elements import Option
from libs.ui.forms import Form
from services.requests.domain.request import Opinion, RefusalReason, Request
from services.requests.errors import OpinionUnusable
from services.requests.handlers import deciding
from services.requests.handlers.staff import find_medical_file
from services.requests.pages.screen import Screen, ScreenNeeded
from services.requests.pages.staff.opening import act_router, done, kept_form, open_act

router = act_router()

Doctor = Annotated[Caller, Depends(Allow(Role.COMMITTEE_DOCTOR))]
Refuser = Annotated[Caller, Depends(Allow(Role.COAPH_HEAD, Role.COMMITTEE_CHAIR))]

_DEGREES: Final = [degree.value for degree in Degree]
_DURATIONS: Final = [duration.value for duration in Duration]
_REASONS: Final = [reason.value for reason in RefusalReason]


@router.get("/staff/requests/{request_id}/opinion")
async def ask_opinion(screen: ScreenNeeded, caller: Doctor, request_id: str) -> Response:
    """Show a line for each category, and the opinion that was given before."""
    request = await open_act(screen, caller, request_id, "opinion")
    form = await kept_form(screen, _filled(request.applicant.opinion))
    return await _show_opinion(screen, caller, request, form, HTTPStatus.OK)


@router.post("/staff/requests/{request_id}/opinion")
async def give_opinion(screen: ScreenNeeded, caller: Doctor, request_id: str) -> Response:
    """Keep the opinion for the chair to confirm."""
    request = await open_act(screen, caller, request_id, "opinion")
    form = await screen.posted()
    lines, valid_until = read_opinion(form, civil_date(screen.deps.clock.now()))
    if form.valid:
        try:
            await deciding.enter_opinion(screen.deps, caller, request_id, lines, valid_until)
        except OpinionUnusable:
            form.fail(f"{Category.MENTAL.value}_degree", "error.opinion-unusable")
        else:
            return done(request_id, "opinion")
    return await _show_opinion(screen, caller, request, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("/staff/requests/{request_id}/refuse")
async def ask_refusal(screen: ScreenNeeded, caller: Refuser, request_id: str) -> Response:
    """Show the reasons and the route of appeal."""
    request = await open_act(screen, caller, request_id, "refuse")
    return _show_refusal(screen, caller, request, await kept_form(screen, Form()), HTTPStatus.OK)


@router.post("/staff/requests/{request_id}/refuse")
async def refuse(screen: ScreenNeeded, caller: Refuser, request_id: str) -> Response:
    """Refuse with the reasons that the applicant will read."""
    request = await open_act(screen, caller, request_id, "refuse")
    form = await screen.posted()
    reason = form.choice("reason", _REASONS, missing="staff.refuse.reason.missing")
    text = form.paragraphs("text", missing="staff.refuse.text.missing")
    if not form.valid:
        return _show_refusal(screen, caller, request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    await deciding.refuse_request(screen.deps, caller, request_id, RefusalReason(reason), text)
    return done(request_id, "refuse")


def read_opinion(form: Form, today: date) -> tuple[list[DisabilityLine], date | None]:
    """Read a line for each category that has a degree, and the last day of a temporary one.

    Args:
        form: What was posted; faults are noted in it.
        today: The last day lies behind it.
    """
    lines = [line for category in Category if (line := _read_line(form, category)) is not None]
    if not lines and form.valid:
        form.fail(f"{Category.MENTAL.value}_degree", "staff.opinion.none")
    temporary = any(line.duration is Duration.TEMPORARY for line in lines)
    valid_until = form.date("valid_until", earliest=today + timedelta(days=1))
    if temporary and valid_until is None:
        form.fail("valid_until", "staff.opinion.until.missing")
    if lines and not temporary and valid_until is not None:
        form.fail("valid_until", "staff.opinion.until.permanent")
    return lines, valid_until


def _read_line(form: Form, category: Category) -> DisabilityLine | None:
    degree = form.choice(f"{category.value}_degree", _DEGREES)
    duration = form.choice(f"{category.value}_duration", _DURATIONS)
    companion = form.agreed(f"{category.value}_companion")
    if degree and not duration:
        form.fail(f"{category.value}_duration", "staff.opinion.duration.missing")
    if not degree and (duration or companion):
        form.fail(f"{category.value}_degree", "staff.opinion.degree.missing")
    if not degree or not duration:
        return None
    return DisabilityLine(
        category=category, degree=Degree(degree), duration=Duration(duration), companion=companion
    )


def _filled(opinion: Opinion | None) -> Form:
    if opinion is None:
        return Form()
    values: dict[str, str] = {}
    for line in opinion.lines:
        values[f"{line.category.value}_degree"] = line.degree.value
        values[f"{line.category.value}_duration"] = line.duration.value
        values[f"{line.category.value}_companion"] = "yes" if line.companion else ""
    if opinion.valid_until is not None:
        for part in ("day", "month", "year"):
            values[f"valid_until-{part}"] = str(getattr(opinion.valid_until, part))
    return Form(values)


async def _show_opinion(
    screen: Screen, caller: Caller, request: Request, form: Form, status: int
) -> Response:
    held = await find_medical_file(screen.deps, request)
    return screen.show(
        caller,
        "staff/opinion.html",
        status,
        form=form,
        request=request,
        file=held.value if held else None,
        categories=[category.value for category in Category],
        degrees=[Option(value, screen.word(f"degree.{value}")) for value in _DEGREES],
        durations=[Option(value, screen.word(f"duration.{value}")) for value in _DURATIONS],
    )


def _show_refusal(screen: Screen, caller: Caller, request: Request, form: Form, status: int) -> Response:
    reasons = [Option(value, screen.word(f"refusal.reason.{value}")) for value in _REASONS]
    return screen.show(caller, "staff/refuse.html", status, form=form, request=request, reasons=reasons)
