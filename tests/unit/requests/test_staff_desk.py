"""Filing for somebody at the desk over HTTP, in Arabic and in French."""

from __future__ import annotations

import re

import httpx
import pytest

from libs.chassis.web.caller import Caller
from tests.support.requests_staff import LANGUAGES, SHOWN, Enter
from tests.support.requests_world import FES, MEKNES, World


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
