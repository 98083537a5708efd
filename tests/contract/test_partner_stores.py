"""What the stores of partners' events promise, in memory and on a real MongoDB by both drivers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from libs.chassis.errors import SequenceGap
from libs.chassis.ids import new_id
from libs.chassis.mongo import Database, Driver, connect, disconnect
from libs.contracts.certificates import CertificateStatus
from services.verification.adapters.chronicle import MongoChronicle
from services.verification.adapters.delivery_log import KEPT_FOR, MongoDeliveryLog
from services.verification.adapters.progress_store import MongoProgress
from services.verification.domain.public_fact import PublicFact
from services.verification.domain.webhook import Attempt, Held, Progress, Trouble
from services.verification.errors import Overtaken
from services.verification.ports.outlet import Chronicle, DeliveryLog, ProgressBook
from tests.support.outlets import MemoryChronicle, MemoryDeliveryLog, MemoryProgress
from tests.support.parts import MongoPart

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "partner_stores"


@dataclass
class Case:
    """One kind of stores under test."""

    chronicle: Chronicle
    progress: ProgressBook
    log: DeliveryLog
    database: Database | None = None

    async def another(self) -> Chronicle:
        """The same chronicle as another process has it."""
        if self.database is None:
            return self.chronicle
        opened = MongoChronicle(self.database)
        await opened.prepare()
        return opened


@pytest.fixture(params=["memory", "pymongo", "motor"])
async def case(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    if request.param == "memory":
        yield Case(MemoryChronicle(), MemoryProgress(), MemoryDeliveryLog())
        return
    mongo: MongoPart = request.getfixturevalue("mongo")
    driver: Driver = request.param
    database = connect(mongo.url_for(NAME), NAME, driver)
    for name in ("public_facts", "webhook_progress", "deliveries"):
        await database[name].drop()
    chronicle, log = MongoChronicle(database), MongoDeliveryLog(database)
    await chronicle.prepare()
    await log.prepare()
    yield Case(chronicle, MongoProgress(database), log, database)
    await disconnect(database)


def fact(
    certificate_id: str,
    sequence: int = 1,
    at: datetime = NOON,
    status: CertificateStatus = CertificateStatus.VALID,
) -> PublicFact:
    return PublicFact(new_id(), certificate_id, sequence, at, status, b'{"id":1}')


async def read(chronicle: Chronicle, position: int = 0, limit: int = 100) -> Sequence[PublicFact]:
    return [entry.fact for entry in (await chronicle.after(position, limit)).entries]


async def test_facts_are_read_as_they_were_kept_in_their_order(case: Case) -> None:
    told = [fact("a"), fact("b", status=CertificateStatus.REVOKED), fact("a", 2, NOON + timedelta(hours=1))]
    for each in told:
        await case.chronicle.append(each)
    assert await read(case.chronicle) == told
    assert await case.chronicle.tail() == 3


async def test_a_fact_that_comes_twice_is_kept_once(case: Case) -> None:
    first = fact("a")
    await asyncio.gather(*(case.chronicle.append(first) for _ in range(3)))
    await (await case.another()).append(first)
    assert await read(case.chronicle) == [first]


async def test_a_fact_before_its_predecessor_is_refused_until_that_one_is_there(case: Case) -> None:
    first, second = fact("a"), fact("a", 2)
    with pytest.raises(SequenceGap):
        await case.chronicle.append(second)
    await case.chronicle.append(first)
    await case.chronicle.append(second)
    assert await read(case.chronicle) == [first, second]


async def test_a_gap_of_one_certificate_keeps_no_other_one_waiting(case: Case) -> None:
    outcomes = await asyncio.gather(
        case.chronicle.append(fact("a", 2)), case.chronicle.append(fact("b")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [SequenceGap, type(None)]
    assert [each.certificate_id for each in await read(case.chronicle)] == ["b"]


async def test_pages_are_joined_without_gap_and_say_how_far_they_reach(case: Case) -> None:
    for number in range(5):
        await case.chronicle.append(fact(f"c{number}"))
    first = await case.chronicle.after(0, 2)
    assert [entry.position for entry in first.entries] == [1, 2]
    assert first.upto == 2
    rest = await case.chronicle.after(first.upto, 10)
    assert [entry.position for entry in rest.entries] == [3, 4, 5]
    assert rest.upto == 5
    assert (await case.chronicle.after(5, 10)).upto == 5


async def test_a_page_of_some_statuses_reaches_past_the_others(case: Case) -> None:
    for number in range(4):
        status = CertificateStatus.REVOKED if number == 1 else CertificateStatus.VALID
        await case.chronicle.append(fact(f"c{number}", status=status))
    page = await case.chronicle.after(0, 10, statuses=(CertificateStatus.REVOKED,))
    assert ([entry.position for entry in page.entries], page.upto) == ([2], 4)


async def test_a_moment_leads_before_the_first_fact_that_is_not_older(case: Case) -> None:
    hours = (0, 5, 3, 9, 4)
    for number, hour in enumerate(hours):
        await case.chronicle.append(fact(f"c{number}", at=NOON + timedelta(hours=hour)))
    for hour, position in ((-1, 0), (0, 0), (1, 1), (5, 1), (6, 3), (9, 3), (10, 5)):
        assert await case.chronicle.before(NOON + timedelta(hours=hour)) == position, hour
    page = await case.chronicle.after(1, 10, since=NOON + timedelta(hours=4))
    assert [entry.position for entry in page.entries] == [2, 4, 5]


async def test_no_reader_misses_a_fact_while_two_processes_write(case: Case) -> None:
    """A reader goes on from the last position that it saw, as partners and couriers do."""
    writers = [case.chronicle, await case.another()]
    done = asyncio.Event()

    async def write(writer: Chronicle, name: str) -> None:
        for sequence in range(1, 40):
            await asyncio.gather(*(writer.append(fact(f"{name}{lane}", sequence)) for lane in range(4)))

    async def follow() -> list[tuple[int, str]]:
        seen: list[tuple[int, str]] = []
        reader, position = await case.another(), 0
        while True:
            last = done.is_set()
            page = await reader.after(position, 7)
            seen += [(entry.position, entry.fact.id) for entry in page.entries]
            position = page.upto
            if last and not page.entries:
                return seen
            await asyncio.sleep(0)

    reading = asyncio.create_task(follow())
    await asyncio.gather(*(write(writer, f"w{place}-") for place, writer in enumerate(writers)))
    done.set()
    seen = await reading
    assert [position for position, _ in seen] == list(range(1, 2 * 4 * 39 + 1))
    assert len({event_id for _, event_id in seen}) == len(seen)
    facts = await read(case.chronicle, limit=1000)
    for certificate_id in {each.certificate_id for each in facts}:
        sequences = [each.sequence for each in facts if each.certificate_id == certificate_id]
        assert sequences == list(range(1, 40))


async def test_a_copy_keeps_its_name_until_it_is_dropped(case: Case) -> None:
    assert (await case.another()).edition == case.chronicle.edition
    if case.database is not None:
        await case.database["public_facts"].drop()
        assert (await case.another()).edition != case.chronicle.edition


async def test_progress_is_read_as_it_was_noted(case: Case) -> None:
    await case.progress.begin("w1", 7)
    assert await case.progress.find("w1") == Progress.begun(7)
    later = NOON + timedelta(minutes=5)
    noted = Progress(9, 15, 0, (11, 12), (Held(10, 2, NOON, later),), Trouble(NOON, 2, later, later, "tls"))
    await case.progress.note("w1", noted, 1)
    assert await case.progress.find("w1") == noted
    assert await case.progress.all() == {"w1": noted}
    await case.progress.begin("w1", 0)
    assert await case.progress.find("w1") == noted
    await case.progress.forget("w1")
    assert await case.progress.find("w1") is None


async def test_a_former_leader_can_not_note_after_the_next_one(case: Case) -> None:
    await case.progress.begin("w1", 0)
    await case.progress.note("w1", Progress.begun(5), 2)
    with pytest.raises(Overtaken):
        await case.progress.note("w1", Progress.begun(9), 1)
    await case.progress.note("w1", Progress.begun(6), 2)
    assert await case.progress.find("w1") == Progress.begun(6)


async def test_a_turn_is_not_overwritten_by_who_has_not_seen_it(case: Case) -> None:
    await case.progress.begin("w1", 0)
    trouble = Trouble(NOON, 2, NOON, NOON, "timeout")
    stuck = Progress(5, 9, 0, (7,), (Held(6, 2, NOON, NOON),), trouble)
    await case.progress.note("w1", stuck, 1)
    await case.progress.turn("w1")
    assert await case.progress.find("w1") == Progress(5, 9, 1, (7,))
    await case.progress.turn("w1", 2)
    with pytest.raises(Overtaken):
        await case.progress.note("w1", stuck, 1)
    assert await case.progress.find("w1") == Progress(2, 2, 2)


def attempt(webhook_id: str = "w1", **changed: object) -> Attempt:
    usual = Attempt(new_id(), webhook_id, "m1", ("e1", "e2"), 1, NOON, 503, 12, "http-503")
    return replace(usual, **changed)  # type: ignore[arg-type]


async def test_attempts_are_paged_from_the_newest_on(case: Case) -> None:
    told = [attempt(), attempt(status=None, outcome="timeout"), attempt(tries=3), attempt("other")]
    await case.log.note(told[:2])
    await case.log.note(told[2:])
    await case.log.note([])
    first = await case.log.page("w1", 2)
    assert first == [told[2], told[1]]
    assert await case.log.page("w1", 2, first[-1].id) == [told[0]]


@pytest.mark.parametrize("case", ["pymongo", "motor"], indirect=True)
async def test_the_log_is_dropped_after_thirty_days(case: Case) -> None:
    assert case.database is not None
    indexes = await case.database["deliveries"].index_information()
    assert indexes["at"]["expireAfterSeconds"] == KEPT_FOR.total_seconds() == 30 * 24 * 3600
