"""The staff's pages over HTTP: each act by its role, in Arabic and in French, and what others are refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from libs.chassis.web.caller import Caller
from libs.contracts.people import STAFF_ROLES
from libs.contracts.requests import Degree, Duration
from libs.ui.pages import Pages
from services.requests import api, pages
from services.requests.domain.medical_file import MOST_SCANS
from services.requests.domain.request import Piece
from services.requests.domain.stages import Outcome, Stage
from services.requests.errors import ScanUnusable
from services.requests.handlers import centre_work
from services.requests.ports import Inspected
from tests.support.requests_world import AGENT, ENTRY, FES, MEKNES, PDF, World, new_world
from tests.support.visitors import FORM, Site, build_site

SHOWN = Pages("services.requests")
LANGUAGES = pytest.mark.parametrize("lang", ["ar", "fr"])
HOLDER = {
    "arabic_family_name": "العائلة",
    "arabic_given_name": "الاسم",
    "latin_family_name": "Famille",
    "latin_given_name": "Prénom",
    "sex": "male",
    "birth_precision": "day",
    "birth_place": "مدينة",
}
OPINION = {"mental_degree": "profound", "mental_duration": "permanent", "mental_companion": "yes"}
REFUSAL = {"reason": "not_entitled", "text": "Texte du motif"}

Enter = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
async def world() -> World:
    return await new_world()


@pytest.fixture
async def site(world: World) -> Site:
    site = build_site(api.router, pages.router, translate=SHOWN.word, on_error=SHOWN.on_error)
    site.app.state.deps = world.deps
    site.app.state.pages = SHOWN
    return site


@pytest.fixture
async def person(world: World) -> Caller:
    return await world.register("ZZ300001", date(1990, 5, 12))


@pytest.fixture
def enter(site: Site) -> Enter:
    """Open a browser in which one of the staff is signed in."""

    def open_browser(
        staff_id: str, *roles: str, lang: str = "fr", centres: tuple[str, ...] = (MEKNES,)
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        caller = site.authority.hire(staff_id, *roles, centres=centres)
        return site.client(**site.cookie(caller, lang=lang), **FORM)

    return open_browser


@pytest.fixture
async def agent(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("agent", "coaph_agent") as client:
        yield client


@pytest.fixture
async def head(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("head", "coaph_head") as client:
        yield client


@pytest.fixture
async def doctor(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("doctor", "committee_doctor", centres=()) as client:
        yield client


@pytest.fixture
async def chair(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("chair", "committee_chair", centres=()) as client:
        yield client


async def act(
    client: httpx.AsyncClient, request_id: str, name: str, data: dict[str, str | list[str]] | None = None
) -> None:
    """Open an act's page from the file, do it, and read the file that follows."""
    address = f"/staff/requests/{request_id}"
    file = await client.get(address)
    assert f'href="{address}/{name}"' in file.text
    page = await client.get(f"{address}/{name}")
    assert page.status_code == 200
    answer = await client.post(f"{address}/{name}", data=data or {})
    assert (answer.status_code, answer.headers.get("location")) == (303, f"{address}?done={name}"), (
        answer.text
    )
    assert SHOWN.word("fr", f"staff.done.{name}") in (await client.get(answer.headers["location"])).text


async def upload(
    client: httpx.AsyncClient, request_id: str, content: bytes = PDF, kind: str = "medical_file"
) -> httpx.Response:
    files = {"scan": ("scan.pdf", content, "application/octet-stream")}
    address = f"/staff/requests/{request_id}/scans"
    return await client.post(address, data={"kind": kind}, files=files)


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


@pytest.mark.parametrize("name", ["", "/deposit", "/file", "/scans", "/scans/x", "/completion", "/refuse"])
async def test_another_centres_file_does_not_exist(
    world: World, person: Caller, enter: Enter, name: str
) -> None:
    request = await world.submit(person)
    async with enter("other", "coaph_agent", "coaph_head", centres=(FES,)) as client:
        assert (await client.get(f"/staff/requests/{request.id}{name}")).status_code == 404
        if name and name != "/scans/x":
            answer = await client.post(f"/staff/requests/{request.id}{name}", data={})
            assert answer.status_code == 404
        listed = await client.get("/staff/requests?queue=all")
        assert request.reference not in listed.text
        found = await client.get(f"/staff/requests?reference={request.reference}")
        assert SHOWN.word("fr", "staff.queue.reference.unknown") in found.text


@pytest.mark.parametrize("path", ["/staff", "/staff/requests", "/staff/requests/new", "/staff/requests/x"])
async def test_citizens_are_refused(site: Site, person: Caller, path: str) -> None:
    async with site.client(**site.cookie(site.authority.person(person.id))) as client:
        assert (await client.get(path)).status_code == 403


@LANGUAGES
@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
async def test_everybody_of_the_staff_has_a_home(enter: Enter, role: str, lang: str) -> None:
    async with enter("somebody", role, lang=lang) as client:
        page = await client.get("/staff")
    assert page.status_code == 200
    assert SHOWN.word(lang, f"role.{role}") in page.text


@LANGUAGES
async def test_lists_hold_what_their_stage_and_centre_say(
    world: World, person: Caller, enter: Enter, lang: str
) -> None:
    here = await world.submit(person)
    there = await world.submit(await world.register("ZZ300002"), centre=FES)
    checked = await world.at_check(await world.register("ZZ300003"))
    async with enter("central", "central_agent", lang=lang, centres=()) as client:
        everything = await client.get("/staff/requests")
        waiting = await client.get("/staff/requests?queue=deposit")
        elsewhere = await client.get(f"/staff/requests?queue=all&centre={FES}")
    found = [
        {one.reference for one in (here, there, checked) if one.reference in page.text}
        for page in (everything, waiting, elsewhere)
    ]
    assert found == [
        {here.reference, there.reference, checked.reference},
        {here.reference, there.reference},
        {there.reference},
    ]


async def test_long_lists_have_pages(world: World, agent: httpx.AsyncClient) -> None:
    for number in range(26):
        await world.submit(await world.register(f"ZZ3{number:05d}"))
    first = await agent.get("/staff/requests")
    last = await agent.get("/staff/requests?page=2")
    assert first.text.count('href="/staff/requests/') - last.text.count('href="/staff/requests/') == 24
    assert "page=2" in first.text
    assert "page=1" in last.text


@pytest.mark.parametrize(
    "typed", ["2026-0000001", "2026-1", "2026/0000001", " 2026 - 0000001 ", "20260000001"]
)
async def test_a_reference_leads_to_its_file_however_it_is_typed(
    world: World, person: Caller, agent: httpx.AsyncClient, typed: str
) -> None:
    request = await world.submit(person)
    answer = await agent.get("/staff/requests", params={"reference": typed})
    assert answer.headers["location"] == f"/staff/requests/{request.id}"


async def test_an_overdue_request_is_marked(world: World, person: Caller, agent: httpx.AsyncClient) -> None:
    await world.at_entry(person)
    world.clock.advance(timedelta(days=61))
    page = await agent.get("/staff/requests?queue=entry")
    assert SHOWN.word("fr", "staff.queue.late") in page.text


async def test_a_conflict_is_told_to_the_staff(world: World, agent: httpx.AsyncClient) -> None:
    """Scenario 10 of the domain digest, up to the desk."""
    await world.bank("ZZ100010", date(1990, 5, 21))
    person = await world.register("ZZ100010", date(1990, 5, 12))
    request = await world.look_up(await world.submit(person))
    page = await agent.get(f"/staff/requests/{request.id}")
    assert SHOWN.word("fr", "staff.file.conflict") in page.text
    assert "21 mai 1990" not in page.text


async def test_the_history_says_who_did_what(world: World, person: Caller, enter: Enter) -> None:
    request = await world.in_committee(person)
    async with enter("agent", "coaph_agent") as client:
        page = await client.get(f"/staff/requests/{request.id}")
    for key in ("staff.who.applicant", "staff.who.system", "staff.who.me", "staff.action.opinion_given"):
        assert SHOWN.word("fr", key) in page.text
    assert SHOWN.word("fr", "staff.who.colleague", code="DOCTOR") in page.text


@LANGUAGES
async def test_the_desk_finds_an_account_and_files_for_it(
    world: World, person: Caller, enter: Enter, lang: str
) -> None:
    who = {"number": "zz 300-001", "born_on-day": "12", "born_on-month": "5", "born_on-year": "1990"}
    async with enter("agent", "coaph_agent", lang=lang) as client:
        assert (await client.get("/staff/requests/new")).status_code == 200
        found = await client.post("/staff/requests/new", data=who)
        assert found.status_code == 200
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found.text))
        answer = await client.post(
            "/staff/requests/new", data={**fields, "family_name": "Nom", "given_name": "", "centre": MEKNES}
        )
        assert answer.status_code == 303, answer.text
        file = await client.get(answer.headers["location"])
        assert SHOWN.word(lang, "staff.done.new") in file.text
        again = await client.post("/staff/requests/new", data=who)
        assert "2026-0000001" in again.text
    open_one = await world.deps.store.find_open(person.id)
    assert open_one is not None
    assert open_one.value.channel.value == "desk"


@LANGUAGES
@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ({"number": "ZZ300001", "born_on-year": "1991"}, "error.person-unknown"),
        ({"number": "ZZ999999", "born_on-year": "1990"}, "error.person-unknown"),
        ({"number": "", "born_on-year": "1990"}, "staff.desk.number.missing"),
        ({"number": "ZZ12", "born_on-year": "1990"}, "staff.desk.number.malformed"),
        ({"number": "214", "born_on-year": "1990"}, "staff.desk.office.missing"),
    ],
)
@pytest.mark.usefixtures("person")
async def test_the_desk_says_what_it_cannot_find(
    enter: Enter, lang: str, typed: dict[str, str], key: str
) -> None:
    async with enter("agent", "coaph_agent", lang=lang) as client:
        day = {"born_on-day": "12", "born_on-month": "5"}
        answer = await client.post("/staff/requests/new", data={**day, **typed})
    assert answer.status_code == 422
    assert SHOWN.word(lang, key) in answer.text
    assert 'value="12"' in answer.text


async def test_the_desk_files_for_its_own_centres_only(
    world: World, person: Caller, agent: httpx.AsyncClient
) -> None:
    data = {
        "number": "ZZ300001",
        "born_on-day": "12",
        "born_on-month": "5",
        "born_on-year": "1990",
        "step": "file",
        "token": world.deps.new_id(),
        "centre": FES,
    }
    answer = await agent.post("/staff/requests/new", data=data)
    assert answer.status_code == 422
    assert await world.deps.store.find_open(person.id) is None


async def test_a_scan_is_looked_at_and_taken_out(
    world: World, person: Caller, agent: httpx.AsyncClient, doctor: httpx.AsyncClient
) -> None:
    request = await world.at_entry(person)
    await act(agent, request.id, "file", dict(HOLDER))
    await upload(agent, request.id, kind="medical_report")
    (scan_id,) = world.scans.kept
    address = f"/staff/requests/{request.id}/scans/{scan_id}"
    shown = await doctor.get(address)
    assert (shown.content, shown.headers["content-type"]) == (PDF, "application/pdf")
    assert shown.headers["cache-control"] == "no-store"
    assert (await agent.get(f"{address}/remove")).status_code == 200
    removed = await agent.post(f"{address}/remove")
    assert removed.headers["location"].endswith("/scans?done=removed")
    assert world.scans.kept == {}
    assert (await agent.get(address)).status_code == 404
    assert (await agent.get(f"{address}/remove")).status_code == 404


class Refusing:
    """Finds every upload damaged."""

    async def inspect(self, content: bytes) -> Inspected:
        del content
        raise ScanUnusable(why="damaged")


@LANGUAGES
async def test_uploads_that_cannot_be_kept_say_why(
    world: World, site: Site, person: Caller, enter: Enter, lang: str
) -> None:
    request = await world.at_entry(person)
    await centre_work.enter_medical_file(world.deps, AGENT, request.id, ENTRY)
    async with enter("agent", "coaph_agent", lang=lang) as client:
        nothing = await client.post(
            f"/staff/requests/{request.id}/scans", data={"kind": ""}, files={"scan": ("", b"")}
        )
        text = await upload(client, request.id, b"<html>")
        large = await upload(client, request.id, b"%PDF-" + bytes(10 * 1024 * 1024))
        flood = await upload(client, request.id, b"%PDF-" + bytes(11 * 1024 * 1024))
        site.app.state.deps = replace(world.deps, inspector=Refusing())
        damaged = await upload(client, request.id)
        plain = await client.post(f"/staff/requests/{request.id}/scans", data={"kind": "photo"})
    statuses = [answer.status_code for answer in (nothing, text, large, flood, damaged, plain)]
    assert statuses == [422, 422, 422, 413, 422, 400]
    assert SHOWN.word(lang, "staff.scans.missing") in nothing.text
    assert SHOWN.word(lang, "staff.scans.kind.missing") in nothing.text
    assert SHOWN.word(lang, "form.error.file_type") in text.text
    assert SHOWN.word(lang, "staff.scans.why.damaged") in damaged.text
    assert world.scans.kept == {}


async def test_a_full_file_takes_no_further_scan(
    world: World, person: Caller, agent: httpx.AsyncClient
) -> None:
    request = await world.at_entry(person)
    await act(agent, request.id, "file", dict(HOLDER))
    for _ in range(MOST_SCANS):
        assert (await upload(agent, request.id)).status_code == 303
    assert (await upload(agent, request.id)).status_code == 422
    assert len(world.scans.kept) == MOST_SCANS
