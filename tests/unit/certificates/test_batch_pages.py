"""Batches on screen, in Arabic and in French: ticked, confirmed once, followed without a script."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import httpx
import pytest

from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from services.certificates import handlers
from services.certificates.domain.batch import RULES, BatchKind, State
from services.certificates.domain.certificate import Stage
from tests.support.certificates_house import WORDS, House, house_of
from tests.support.certificates_world import new_world

FILES = ("one", "two", "three")
QUEUE = "/staff/certificates/batches"
languages = pytest.mark.parametrize("lang", ["ar", "fr"])


@pytest.fixture
async def house() -> House:
    return house_of(await new_world())


async def files_at(house: House, stage: Stage) -> None:
    for name in FILES:
        await house.world.brought_to(stage, name, person_id=f"person-{name}")


def drawn(page: httpx.Response) -> str:
    """The batch's id in the queue's form."""
    found = re.search(r'name="batch" value="([0-9a-f-]{36})"', page.text)
    assert found is not None
    return found.group(1)


async def chosen(house: House, caller: Caller, kind: BatchKind, pick: str, files: list[str]) -> str:
    """Choose in the queue; returns where that leads."""
    page = await house.get(f"/staff/certificates?stage={RULES[kind].stage:d}", caller)
    fields = {"kind": kind.value, "batch": drawn(page), "pick": pick, "file": files, "listed": list(FILES)}
    answer = await house.post(QUEUE, caller, fields)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    return answer.headers["location"]


@languages
@pytest.mark.parametrize("kind", BatchKind)
@pytest.mark.parametrize("pick", ["page", "queue"])
async def test_many_files_go_the_whole_way_by_one_confirmation(
    house: House, kind: BatchKind, pick: str, lang: str
) -> None:
    await files_at(house, RULES[kind].stage)
    caller = house.somebody(RULES[kind].role)
    path = await chosen(house, caller, kind, pick, [])
    page = await house.get(path, caller, lang)
    assert WORDS.word(lang, f"batch.{kind.value}.title") in page.text
    assert page.text.count("/staff/certificates/two") == 1

    confirm = re.search(rf'action="({path}/\w+)"', page.text)
    assert confirm is not None
    answer = await house.post(confirm.group(1), caller, {"approved": "yes"}, lang)
    assert answer.headers["location"] == path
    underway = await house.get(path, caller, lang)
    assert 'aria-live="polite"' in underway.text
    assert 'data-open="yes"' in underway.text

    await handlers.work_off(house.world.deps, "worker")
    done = await house.get(path, caller, lang)
    assert 'data-open="no"' in done.text
    assert 'value="3"' in done.text
    assert {(await house.world.file(name)).stage > RULES[kind].stage for name in FILES} == {True}


async def test_only_what_is_ticked_is_chosen(house: House) -> None:
    await files_at(house, Stage.CONTROL)
    caller = house.somebody(Role.CONTROLLER)
    path = await chosen(house, caller, BatchKind.CHECK, "ticked", ["one", "three"])
    batch = await handlers.get_batch(house.world.deps, caller, path.rpartition("/")[2])
    assert {item.certificate_id for item in batch.items} == {"one", "three"}


@languages
async def test_ticking_nothing_leads_back_with_a_word(house: House, lang: str) -> None:
    await files_at(house, Stage.CONTROL)
    caller = house.somebody(Role.CONTROLLER)
    back = await chosen(house, caller, BatchKind.CHECK, "ticked", [])
    assert WORDS.word(lang, "batch.nothing") in (await house.get(back, caller, lang)).text


@languages
async def test_a_word_that_is_not_given_is_asked_for(house: House, lang: str) -> None:
    await files_at(house, Stage.CONTROL)
    caller = house.somebody(Role.CONTROLLER)
    path = await chosen(house, caller, BatchKind.CHECK, "page", [])
    answer = await house.post(f"{path}/confirm", caller, {}, lang)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert WORDS.word(lang, "batch.approved.missing") in answer.text
    assert not (await handlers.get_batch(house.world.deps, caller, path.rpartition("/")[2])).open


async def test_signing_many_asks_for_a_fresh_proof(house: House) -> None:
    await files_at(house, Stage.SIGNATURE)
    caller = house.somebody(Role.SIGNATORY, Role.CONTROLLER)
    path = await chosen(house, caller, BatchKind.SIGN, "page", [])
    assert (await house.post(f"{path}/confirm", caller, {"approved": "yes"})).status_code == 404
    before = house.site.authority.clock.now() - timedelta(minutes=6)
    stale = replace(caller, authenticated_at=before)
    answer = await house.post(f"{path}/sign", stale, {"approved": "yes"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "fresh=5" in answer.headers["location"]
    await handlers.work_off(house.world.deps, "worker")
    assert {(await house.world.file(name)).stage for name in FILES} == {Stage.SIGNATURE}


@languages
async def test_the_own_draft_is_listed_but_not_chosen(house: House, lang: str) -> None:
    both = house.somebody(Role.CERTIFICATE_OFFICER, Role.CONTROLLER)
    await files_at(house, Stage.CONTROL)
    await house.world.approved("own", "person-own")
    await handlers.draft(house.world.deps, both, "own")
    page = await house.get(await chosen(house, both, BatchKind.CHECK, "queue", []), both, lang)
    assert WORDS.word(lang, "batch.left_out") in page.text
    assert WORDS.word(lang, "error.four-eyes") in page.text


@languages
async def test_a_failure_is_told_with_its_reason(house: House, lang: str) -> None:
    await files_at(house, Stage.CONTROL)
    caller = house.somebody(Role.CONTROLLER)
    path = await chosen(house, caller, BatchKind.CHECK, "page", [])
    await house.post(f"{path}/confirm", caller, {"approved": "yes"})
    await handlers.give_back(house.world.deps, caller, "two", "the name differs")
    await handlers.work_off(house.world.deps, "worker")
    page = await house.get(path, caller, lang)
    assert WORDS.word(lang, "error.wrong-stage") in page.text
    batch = await handlers.get_batch(house.world.deps, caller, path.rpartition("/")[2])
    assert (batch.count(State.DONE), batch.count(State.FAILED)) == (2, 1)


async def test_a_queue_without_the_role_has_no_boxes(house: House) -> None:
    await files_at(house, Stage.CONTROL)
    page = await house.get("/staff/certificates?stage=5", house.somebody(Role.REGISTRAR))
    assert 'type="checkbox"' not in page.text


async def test_going_back_and_choosing_others_makes_another_batch(house: House) -> None:
    await files_at(house, Stage.CONTROL)
    caller = house.somebody(Role.CONTROLLER)
    page = await house.get("/staff/certificates?stage=5", caller)
    fields = {"kind": "check", "batch": drawn(page), "pick": "ticked", "file": ["one"]}
    first = (await house.post(QUEUE, caller, fields)).headers["location"]
    await house.post(f"{first}/confirm", caller, {"approved": "yes"})
    second = (await house.post(QUEUE, caller, fields | {"file": ["two"]})).headers["location"]
    assert second != first
    assert (await house.post(QUEUE, caller, fields)).headers["location"] == first
