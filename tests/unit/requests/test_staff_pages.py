"""The acts on a file over HTTP: each by its role, in Arabic and in French, and what others are refused."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from libs.chassis.web.caller import Caller
from libs.contracts.requests import Degree, Duration
from services.requests.domain.request import Piece
from services.requests.domain.stages import Outcome, Stage
from tests.support.requests_staff import HOLDER, LANGUAGES, OPINION, REFUSAL, SHOWN, Enter, act, upload
from tests.support.requests_world import World


async def test_the_staff_carries_a_file_from_its_deposit_to_its_approval(
    world: World,
    person: Caller,
    agent: httpx.AsyncClient,
    head: httpx.AsyncClient,
    doctor: httpx.AsyncClient,
    chair: httpx.AsyncClient,
) -> None:
    request = await world.look_up(await world.submit(person))
    await act(agent, request.id, "deposit")
    await act(agent, request.id, "file", dict(HOLDER))
    assert (await agent.get(f"/staff/requests/{request.id}/scans")).status_code == 200
    added = await upload(agent, request.id)
    assert added.headers["location"] == f"/staff/requests/{request.id}/scans?done=added"
    await act(agent, request.id, "checked")
    await act(head, request.id, "admit")
    await act(doctor, request.id, "opinion", dict(OPINION))
    await act(chair, request.id, "approve")
    after = await world.request(request.id)
    assert after.stage is Stage.DRAFTING
    assert after.applicant.opinion is not None
    assert [line.degree for line in after.applicant.opinion.lines] == [Degree.PROFOUND]
    assert (await world.platform.published())[-1] == "RequestApproved"


async def test_missing_pieces_are_asked_for_once_and_come(
    world: World, person: Caller, agent: httpx.AsyncClient
) -> None:
    request = await world.at_check(person)
    pieces: dict[str, str | list[str]] = {"pieces": ["photos", "medical_report"], "note": "Deux photos."}
    await act(agent, request.id, "completion", pieces)
    asked = await world.request(request.id)
    assert asked.completion is not None
    assert set(asked.completion.pieces) == {Piece.PHOTOS, Piece.MEDICAL_REPORT}
    await act(agent, request.id, "completed")
    await act(agent, request.id, "checked")
    again = await agent.get(f"/staff/requests/{request.id}/completion")
    assert again.status_code == 409
    assert SHOWN.word("fr", "error.completion-already-asked") in again.text
    file = await agent.get(f"/staff/requests/{request.id}")
    assert SHOWN.word("fr", "error.completion-already-asked") in file.text


async def test_the_head_refuses_before_the_committee_and_the_chair_there(
    world: World, person: Caller, head: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    first = await world.at_check(person)
    assert (await chair.get(f"/staff/requests/{first.id}/refuse")).status_code == 409
    await act(head, first.id, "refuse", dict(REFUSAL))
    assert (await world.request(first.id)).outcome is Outcome.REFUSED
    second = await world.in_committee(await world.register("ZZ300002"))
    assert (await head.get(f"/staff/requests/{second.id}/refuse")).status_code == 409
    await act(chair, second.id, "refuse", dict(REFUSAL))
    assert "Texte du motif" in (await chair.get(f"/staff/requests/{second.id}")).text


@LANGUAGES
async def test_forms_show_every_error_and_keep_what_was_typed(
    world: World, person: Caller, enter: Enter, lang: str
) -> None:
    request = await world.at_entry(person)
    async with enter("agent", "coaph_agent", lang=lang) as client:
        data = {**HOLDER, "arabic_family_name": "Famille", "sex": "", "birth_place": "", "address": "Rue 1"}
        answer = await client.post(f"/staff/requests/{request.id}/file", data=data)
    assert answer.status_code == 422
    for key in ("name.arabic", "sex.missing", "birth_place.missing"):
        assert answer.text.count(SHOWN.word(lang, f"staff.entry.{key}")) == 2
    assert 'value="Rue 1"' in answer.text
    assert 'value="Prénom"' in answer.text


@LANGUAGES
@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ({}, "staff.opinion.none"),
        ({"mental_degree": "mild"}, "staff.opinion.duration.missing"),
        ({"motor_companion": "yes"}, "staff.opinion.degree.missing"),
        ({"motor_degree": "mild", "motor_duration": "temporary"}, "staff.opinion.until.missing"),
        (
            {**OPINION, "valid_until-day": "1", "valid_until-month": "1", "valid_until-year": "2030"},
            "staff.opinion.until.permanent",
        ),
    ],
)
async def test_an_opinion_that_does_not_add_up_is_shown_again(
    world: World, person: Caller, enter: Enter, lang: str, typed: dict[str, str], key: str
) -> None:
    request = await world.at_check(person)
    async with enter("head", "coaph_head") as client:
        await client.post(f"/staff/requests/{request.id}/admit")
    async with enter("doctor", "committee_doctor", lang=lang, centres=()) as client:
        answer = await client.post(f"/staff/requests/{request.id}/opinion", data=typed)
    assert answer.status_code == 422
    assert SHOWN.word(lang, key) in answer.text
    assert (await world.request(request.id)).applicant.opinion is None


async def test_a_temporary_opinion_has_its_last_day(
    world: World, person: Caller, doctor: httpx.AsyncClient, head: httpx.AsyncClient
) -> None:
    request = await world.at_check(person)
    await act(head, request.id, "admit")
    until = {"valid_until-day": "31", "valid_until-month": "12", "valid_until-year": "2028"}
    lines = {"motor_degree": "mild", "motor_duration": "temporary", **until}
    await act(doctor, request.id, "opinion", {**OPINION, **lines})
    opinion = (await world.request(request.id)).applicant.opinion
    assert opinion is not None
    assert opinion.valid_until == date(2028, 12, 31)
    assert [line.duration for line in opinion.lines] == [Duration.PERMANENT, Duration.TEMPORARY]
    again = await doctor.get(f"/staff/requests/{request.id}/opinion")
    assert 'value="2028"' in again.text


@LANGUAGES
async def test_refusal_and_completion_need_their_answers(
    world: World, person: Caller, enter: Enter, lang: str
) -> None:
    request = await world.at_check(person)
    async with enter("head", "coaph_head", lang=lang) as client:
        refusal = await client.post(f"/staff/requests/{request.id}/refuse", data={"text": "Trop peu."})
        completion = await client.post(f"/staff/requests/{request.id}/completion", data={"note": "Note."})
    assert (refusal.status_code, completion.status_code) == (422, 422)
    assert SHOWN.word(lang, "staff.refuse.reason.missing") in refusal.text
    assert "Trop peu." in refusal.text
    assert SHOWN.word(lang, "staff.completion.missing") in completion.text
    assert "Note." in completion.text
    assert (await world.request(request.id)).stage is Stage.CHECK


@LANGUAGES
@pytest.mark.parametrize("name", ["deposit", "admit", "completed", "opinion", "approve", "refuse", "checked"])
async def test_an_act_that_somebody_else_has_done_shows_a_page_that_leads_to_the_file(
    world: World, person: Caller, enter: Enter, lang: str, name: str
) -> None:
    request = await world.approved(person)
    roles = ("coaph_agent", "coaph_head", "committee_doctor", "committee_chair")
    async with enter("somebody", *roles, lang=lang) as client:
        shown = await client.get(f"/staff/requests/{request.id}/{name}")
        done = await client.post(f"/staff/requests/{request.id}/{name}", data={**OPINION, **REFUSAL})
    for answer in (shown, done):
        assert answer.status_code == 409
        assert answer.headers["content-type"].startswith("text/html")
        assert SHOWN.word(lang, "error.wrong-stage") in answer.text
        assert f'href="/staff/requests/{request.id}"' in answer.text
    assert await world.request(request.id) == request


async def test_nobody_confirms_their_own_work(world: World, person: Caller, enter: Enter) -> None:
    checked = await world.at_check(person)
    async with enter("agent", "coaph_agent", "coaph_head") as client:
        file = await client.get(f"/staff/requests/{checked.id}")
        assert SHOWN.word("fr", "error.same-person") in file.text
        assert f'href="/staff/requests/{checked.id}/admit"' not in file.text
        assert (await client.post(f"/staff/requests/{checked.id}/admit")).status_code == 409
    given = await world.in_committee(await world.register("ZZ300002"))
    async with enter("doctor", "committee_doctor", "committee_chair", centres=()) as client:
        assert (await client.get(f"/staff/requests/{given.id}/approve")).status_code == 409
        answer = await client.post(f"/staff/requests/{given.id}/approve")
    assert answer.status_code == 409
    assert SHOWN.word("fr", "error.same-person") in answer.text
    assert (await world.request(given.id)).stage is Stage.CHECK


WRONG_ROLES = {
    "deposit": "committee_doctor",
    "file": "regional_agent",
    "scans": "central_agent",
    "checked": "committee_chair",
    "completion": "committee_doctor",
    "completed": "regional_agent",
    "admit": "coaph_agent",
    "opinion": "committee_chair",
    "approve": "committee_doctor",
    "refuse": "coaph_agent",
}


@pytest.mark.parametrize(("name", "role"), WRONG_ROLES.items())
async def test_each_act_is_its_roles_alone(
    world: World, person: Caller, enter: Enter, name: str, role: str
) -> None:
    request = await world.submit(person)
    async with enter("somebody", role) as client:
        for answer in (
            await client.get(f"/staff/requests/{request.id}/{name}"),
            await client.post(f"/staff/requests/{request.id}/{name}"),
        ):
            assert answer.status_code == 403
