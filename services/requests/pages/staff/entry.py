"""Entering what the medical file says of its holder: what the certificate will print."""

from __future__ import annotations

import unicodedata
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Response

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import Precision, Sex
from libs.ui.elements import Option
from libs.ui.forms import Form
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.request import Applicant, Request
from services.requests.handlers import centre_work
from services.requests.handlers.staff import AGENTS, find_medical_file
from services.requests.pages.screen import Screen, ScreenNeeded
from services.requests.pages.staff.opening import act_router, done, kept_form, open_act

router = act_router()

Agent = Annotated[Caller, Depends(Allow(*AGENTS))]

_LONGEST_NAME: Final = 80
_LONGEST_PLACE: Final = 120
_LONGEST_ADDRESS: Final = 200
_NAME_FIELDS: Final = {
    "arabic_family_name": "ARABIC",
    "arabic_given_name": "ARABIC",
    "latin_family_name": "LATIN",
    "latin_given_name": "LATIN",
}


@router.get("/staff/requests/{request_id}/file")
async def ask_entry(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Show the form with what is known."""
    request = await open_act(screen, caller, request_id, "file")
    held = await find_medical_file(screen.deps, request)
    opened = _entered(held.value) if held else _typed(request.applicant)
    return _show(screen, caller, request, await kept_form(screen, opened), HTTPStatus.OK)


@router.post("/staff/requests/{request_id}/file")
async def enter(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Keep the data and lead on to the scans."""
    request = await open_act(screen, caller, request_id, "file")
    form = await screen.posted()
    entry = read_entry(form)
    if entry is None:
        return _show(screen, caller, request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    await centre_work.enter_medical_file(screen.deps, caller, request_id, entry)
    return done(request_id, "file")


def read_entry(form: Form) -> centre_work.FileEntry | None:
    """Read what was typed; None if something is missing or wrong, which is noted in the form."""
    precision = form.choice("birth_precision", list(Precision), missing="staff.entry.birth_precision.missing")
    sex = form.choice("sex", list(Sex), missing="staff.entry.sex.missing")
    names = {name: _read_name(form, name, script) for name, script in _NAME_FIELDS.items()}
    birth_place = form.text("birth_place", missing="staff.entry.birth_place.missing", longest=_LONGEST_PLACE)
    tifinagh = form.text("tifinagh_name", longest=_LONGEST_NAME)
    if not is_written_in("TIFINAGH", tifinagh):
        form.fail("tifinagh_name", "staff.entry.name.tifinagh")
    address = form.text("address", longest=_LONGEST_ADDRESS)
    if not form.valid:
        return None
    return centre_work.FileEntry(
        birth_precision=Precision(precision),
        sex=Sex(sex),
        birth_place=birth_place,
        tifinagh_name=tifinagh,
        address=address,
        **names,
    )


def is_written_in(script: str, text: str) -> bool:
    """Whether every letter belongs to a script, by the first word of its Unicode name."""
    return all(unicodedata.name(letter, "").startswith(script) for letter in text if letter.isalpha())


def _read_name(form: Form, name: str, script: str) -> str:
    text = form.text(name, missing=f"staff.entry.{name}.missing", longest=_LONGEST_NAME)
    if not is_written_in(script, text):
        form.fail(name, f"staff.entry.name.{script.lower()}")
    return text


def _entered(file: MedicalFile) -> Form:
    holder = file.holder
    return Form(
        {
            "birth_precision": holder.birth_precision.value,
            "sex": holder.sex.value,
            "birth_place": holder.birth_place,
            "tifinagh_name": holder.tifinagh_name,
            "address": holder.address,
            **{name: getattr(holder, name) for name in _NAME_FIELDS},
        }
    )


def _typed(applicant: Applicant) -> Form:
    """The names that the applicant typed, in the fields of their script."""
    typed = {"family_name": applicant.family_name, "given_name": applicant.given_name}
    values = {"birth_precision": Precision.DAY.value}
    for name, text in typed.items():
        script = "arabic" if is_written_in("ARABIC", text) else "latin"
        values[f"{script}_{name}"] = text
    return Form(values)


def _show(screen: Screen, caller: Caller, request: Request, form: Form, status: int) -> Response:
    return screen.show(
        caller,
        "staff/entry.html",
        status,
        form=form,
        request=request,
        sexes=[Option(sex.value, screen.word(f"sex.{sex.value}")) for sex in Sex],
        precisions=[
            Option(precision.value, screen.word(f"staff.precision.{precision.value}"))
            for precision in Precision
        ],
    )
