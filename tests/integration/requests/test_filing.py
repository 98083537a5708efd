"""Filing on a real MongoDB and a real Kafka: one request per click, sealed, looked up by its own fact."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from bson import encode

from libs.chassis.clock import civil_date
from libs.chassis.errors import NotYet
from libs.chassis.platform import Parts, Platform
from libs.ui.pages import Pages
from services.requests import api
from services.requests.consumers import SUBSCRIPTIONS
from services.requests.domain.request import LookUp, Request
from services.requests.domain.stages import Stage
from services.requests.errors import OpenRequestExists
from services.requests.handlers.citizen import SubmitRequest, submit_request
from services.requests.handlers.staff import list_queue
from services.requests.ports import Deps, Queue
from services.requests.seed import fill
from tests.support.requests_world import CHAIR, FES, MEKNES, register_person

FAMILY_NAME = "Nom-canari"
DEADLINE_S = 30


@pytest.fixture(scope="module")
async def running(platform: Platform, deps: Deps) -> AsyncIterator[None]:
    """The service's consumer and relay, without its web side."""
    shown = Pages("services.requests")
    parts = Parts(deps, [api.router], shown.word, shown.on_error, SUBSCRIPTIONS)
    service = await platform.service(parts)
    stop = asyncio.Event()
    working = [asyncio.ensure_future(loop(stop)) for loop in service.loops]
    yield
    stop.set()
    await asyncio.gather(*working)
    for close in service.closing[:-1]:
        await close()


async def until(found: Callable[[], Awaitable[Request | None]]) -> Request:
    """What `found` answers, once it answers something."""
    give_up = time.monotonic() + DEADLINE_S
    while time.monotonic() < give_up:
        if (request := await found()) is not None:
            return request
        await asyncio.sleep(0.02)
    raise AssertionError("nothing came in time")


async def test_ten_clicks_at_once_are_one_request(deps: Deps) -> None:
    person = await register_person(deps, "ZZ310001")
    command = SubmitRequest(str(uuid4()), MEKNES)
    answers = await asyncio.gather(*(submit_request(deps, person, command) for _ in range(10)))
    assert len({request.reference for request in answers}) == 1
    assert len(await deps.store.requests_of(person.id)) == 1


async def test_ten_forms_at_once_open_one_request(deps: Deps) -> None:
    person = await register_person(deps, "ZZ310002")
    commands = [SubmitRequest(str(uuid4()), MEKNES) for _ in range(10)]
    answers = await asyncio.gather(
        *(submit_request(deps, person, command) for command in commands), return_exceptions=True
    )
    filed = [answer for answer in answers if isinstance(answer, Request)]
    refused = [answer for answer in answers if isinstance(answer, OpenRequestExists)]
    assert (len(filed), len(refused)) == (1, 9)
    assert {error.details["reference"] for error in refused} == {filed[0].reference}


async def test_references_are_given_once_each(deps: Deps) -> None:
    numbers = await asyncio.gather(*(deps.references.next(1999) for _ in range(50)))
    assert sorted(numbers) == list(range(1, 51))


async def test_names_and_numbers_are_not_readable_in_the_database(deps: Deps, platform: Platform) -> None:
    person = await register_person(deps, "ZZ310003", person_id=str(uuid4()))
    request = await submit_request(deps, person, SubmitRequest(str(uuid4()), MEKNES, FAMILY_NAME))
    for collection in ("requests", "persons"):
        documents = await platform.database[collection].find({}).to_list(length=100)
        raw = b"".join(encode(document) for document in documents)
        assert FAMILY_NAME.encode() not in raw
        assert b"ZZ310003" not in raw
        assert b"1990-05-12" not in raw
    stored = await deps.store.requests.get(request.id)
    assert stored.value.applicant.family_name == FAMILY_NAME


async def test_queues_and_deadlines_are_found(deps: Deps) -> None:
    person = await register_person(deps, "ZZ310004")
    request = await submit_request(deps, person, SubmitRequest(str(uuid4()), FES))
    page = await list_queue(deps, CHAIR, Queue(centres=[FES], stage=Stage.STARTED))
    assert ([one.id for one in page.requests], page.total) == ([request.id], 1)
    found = await deps.store.find_reference(request.reference)
    assert found is not None
    assert found.id == request.id
    today = civil_date(request.submitted_at)
    late = await deps.store.overdue(today + timedelta(days=61), 100)
    assert request.id in {stored.id for stored in late}
    assert await deps.store.overdue(today + timedelta(days=60), 100) == []


@pytest.mark.usefixtures("running")
async def test_the_services_own_fact_brings_the_data_banks_answer(deps: Deps) -> None:
    await fill(deps)
    known = await register_person(deps, "ZZ200001", date(1980, 2, 1))
    unknown = await register_person(deps, "ZZ310005")
    for person, expected in [(known, LookUp.FOUND), (unknown, LookUp.MISSING)]:
        request = await submit_request(deps, person, SubmitRequest(str(uuid4()), MEKNES))

        async def answered(request_id: str = request.id) -> Request | None:
            now = (await deps.store.requests.get(request_id)).value
            return now if now.look_up else None

        assert (await until(answered)).look_up is expected
    file = await deps.store.find_file_of(known.id)
    assert file is not None
    (scan,) = file.value.scans
    assert (await deps.scans.read(scan.id, known.id)).startswith(b"%PDF")


async def test_an_account_that_nobody_told_of_is_asked_to_wait(deps: Deps) -> None:
    person = await register_person(deps, "ZZ310006")
    stranger = type(person)("person", "nobody", person.roles)
    with pytest.raises(NotYet):
        await submit_request(deps, stranger, SubmitRequest(str(uuid4()), MEKNES))
