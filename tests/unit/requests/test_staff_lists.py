"""Where the staff finds its work over HTTP: the home, the lists, the search, one file."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest

from libs.chassis.web.caller import Caller
from libs.contracts.people import STAFF_ROLES
from tests.support.requests_staff import LANGUAGES, SHOWN, Enter
from tests.support.requests_world import FES, World
from tests.support.visitors import Site


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
