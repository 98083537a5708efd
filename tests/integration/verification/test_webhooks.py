"""Webhooks over real HTTP from a real database: failing and vanishing partners, killed processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Verifier

from libs.chassis.clock import FixedClock, SystemClock
from libs.chassis.ids import new_id
from libs.chassis.metrics import REGISTRY
from services.verification.adapters.postman import HttpPostman
from services.verification.domain.webhook import Mode, Reason, Standing
from services.verification.handlers.delivering import Dispatch
from services.verification.handlers.webhooks import get_webhook, resume_webhook
from services.verification.settings import VerificationSettings
from tests.support.partner_house import House, deliverer, fresh_kek, house_settings, partner_house
from tests.support.parts import MongoPart
from tests.support.receiver import TAKES, Got, Reply, receiving
from tests.support.tree import ROOT

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(mongo: MongoPart) -> VerificationSettings:
    name = f"hooks_{new_id()[-12:]}"
    return house_settings(mongo.url_for(name), name, fresh_kek())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SystemClock().now())


@pytest.fixture
async def house(settings: VerificationSettings, clock: FixedClock) -> AsyncIterator[House]:
    async with partner_house(settings, clock=clock, timeout_s=1) as opened:
        yield opened


async def outcomes(house: House, webhook_id: str) -> list[str]:
    attempts = await house.deps.outlet.log.page(webhook_id, 1000)
    return [attempt.outcome for attempt in reversed(attempts)]


async def test_a_partner_gets_signed_events_that_the_library_takes(house: House) -> None:
    async with receiving() as receiver:
        webhook = await house.subscribe(receiver.url)
        told = await house.tell(40, certificates=8)
        await house.deliver()
        assert sorted(receiver.event_ids) == sorted(told)
        stored = await house.deps.store.webhooks.get(webhook.id)
        assert stored.value.personal is not None
        verifier = Verifier(stored.value.personal.present)
        for got in receiver.taken:
            assert verifier.verify(got.body, dict(got.headers))["id"] == got.headers["webhook-id"]
        order = await house.order_of(receiver.event_ids)
        assert all(sequences == [1, 2, 3, 4, 5] for sequences in order.values())
        assert receiver.connections <= 16


async def test_batches_arrive_whole_and_in_order(house: House) -> None:
    async with receiving() as receiver:
        await house.subscribe(receiver.url, mode=Mode.BATCH)
        told = await house.tell(230)
        await house.deliver()
        assert [len(got.event_ids) for got in receiver.taken] == [100, 100, 30]
        assert receiver.event_ids == told
        assert {got.headers["content-type"] for got in receiver.taken} == {
            "application/cloudevents-batch+json"
        }


async def test_a_flapping_partner_misses_nothing_and_keeps_each_order(
    house: House, clock: FixedClock
) -> None:
    turns = [TAKES, Reply(500), TAKES, Reply(None), Reply(503), TAKES, TAKES]

    def flap(_got: Got, before: int) -> Reply:
        return turns[before % len(turns)]

    async with receiving(flap) as receiver:
        webhook = await house.subscribe(receiver.url)
        told = await house.tell(60, certificates=6)
        for _ in range(300):
            await house.deliver()
            clock.advance(timedelta(minutes=5))
            if len(set(receiver.event_ids)) == len(told):
                break
        assert set(receiver.event_ids) == set(told)
        order = await house.order_of(list(dict.fromkeys(receiver.event_ids)))
        assert all(sequences == list(range(1, 11)) for sequences in order.values())
        assert {"delivered", "http-500", "http-503"} <= set(await outcomes(house, webhook.id))


async def test_a_slow_partner_counts_as_failing(house: House, clock: FixedClock) -> None:
    def dawdle(_got: Got, before: int) -> Reply:
        return Reply(delay_s=3) if before == 0 else TAKES

    async with receiving(dawdle) as receiver:
        webhook = await house.subscribe(receiver.url)
        [told] = await house.tell(1)
        await house.deliver()
        clock.advance(timedelta(minutes=1))
        await house.deliver()
        assert await outcomes(house, webhook.id) == ["timeout", "delivered"]
        assert receiver.event_ids == [told]


async def test_a_redirect_is_not_followed(house: House) -> None:
    async with receiving() as elsewhere:

        def lead_away(_got: Got, _before: int) -> Reply:
            return Reply(307, {"location": elsewhere.url})

        async with receiving(lead_away) as receiver:
            webhook = await house.subscribe(receiver.url)
            await house.tell(1)
            await house.deliver()
            assert await outcomes(house, webhook.id) == ["http-307"]
        assert elsewhere.got == []


async def test_410_ends_it_and_resuming_goes_on(house: House) -> None:
    async with receiving(lambda _got, before: Reply(410) if before == 0 else TAKES) as receiver:
        webhook = await house.subscribe(receiver.url, mode=Mode.BATCH)
        told = await house.tell(3)
        await house.deliver()
        shown = await get_webhook(house.deps, house.partner, webhook.id)
        assert (shown.webhook.standing, shown.webhook.reason) == (Standing.SUSPENDED, Reason.GONE)
        assert await house.deliver() == 0
        await resume_webhook(house.deps, house.partner, webhook.id)
        await house.deliver()
        assert sorted(receiver.event_ids) == sorted(told)


async def test_429_is_left_alone_as_long_as_it_asks(house: House, clock: FixedClock) -> None:
    def busy(_got: Got, before: int) -> Reply:
        return Reply(429, {"retry-after": "120"}) if before == 0 else TAKES

    async with receiving(busy) as receiver:
        await house.subscribe(receiver.url, mode=Mode.BATCH)
        await house.tell(3)
        await house.deliver()
        clock.advance(timedelta(seconds=119))
        await house.deliver()
        assert len(receiver.got) == 1
        clock.advance(timedelta(seconds=2))
        await house.deliver()
        assert len(receiver.event_ids) == 3


async def test_a_partner_that_closes_idle_connections_is_not_taken_for_failing(house: House) -> None:
    async with receiving(lambda _got, _before: Reply(closing=True)) as receiver:
        webhook = await house.subscribe(receiver.url)
        told = await house.tell(30)
        await house.deliver()
        assert sorted(receiver.event_ids) == sorted(told)
        assert set(await outcomes(house, webhook.id)) == {"delivered"}


async def test_a_long_answer_is_not_read_and_not_kept(house: House) -> None:
    async with receiving(lambda _got, _before: Reply(200, body=b"x" * 3_000_000)) as receiver:
        webhook = await house.subscribe(receiver.url)
        await house.tell(1)
        await house.deliver()
        [attempt] = await house.deps.outlet.log.page(webhook.id, 10)
        assert (attempt.outcome, "xxx" in str(attempt)) == ("delivered", False)


async def test_nobody_there_is_told_as_unreachable(house: House) -> None:
    async with receiving() as receiver:
        url = receiver.url
    webhook = await house.subscribe(url)
    await house.tell(1)
    await house.deliver()
    assert await outcomes(house, webhook.id) == ["unreachable"]


async def test_operators_see_what_requests_came_to_in_few_words(house: House) -> None:
    def counted() -> list[float]:
        kinds = ("delivered", "http-5xx")
        found = [REGISTRY.get_sample_value("webhook_requests_total", {"outcome": kind}) for kind in kinds]
        return [count or 0 for count in found]

    before = counted()
    async with receiving(lambda _got, earlier: Reply(507) if not earlier else TAKES) as receiver:
        for _ in range(2):
            await house.deps.outlet.postman.post(receiver.url, {}, b"{}")
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_in_production_no_name_leads_to_this_machine(host: str) -> None:
    """Judged at the socket, whatever the name resolved to."""
    async with receiving() as receiver:
        postman = HttpPostman(loopback_allowed=False)
        answer = await postman.post(f"http://{host}:{receiver.port}/events", {}, b"{}")
        await postman.close()
        assert (answer.status, answer.outcome) == (None, "address-refused")
        assert receiver.connections == 0


async def test_a_partner_down_for_72_hours_loses_nothing(house: House, clock: FixedClock) -> None:
    closed = True

    def maybe(_got: Got, _before: int) -> Reply:
        return Reply(503) if closed else TAKES

    async with receiving(maybe) as receiver:
        webhook = await house.subscribe(receiver.url)
        told: list[str] = []
        for _ in range(72):
            told += await house.tell(3)
            await house.deliver()
            clock.advance(HOUR)
        await house.deliver()
        shown = await get_webhook(house.deps, house.partner, webhook.id)
        assert (shown.webhook.standing, shown.webhook.reason) == (Standing.SUSPENDED, Reason.FAILING)
        told += await house.tell(300, certificates=30)
        closed = False
        await resume_webhook(house.deps, house.partner, webhook.id)
        await house.deliver()
        assert sorted(receiver.event_ids) == sorted(told)
        shown = await get_webhook(house.deps, house.partner, webhook.id)
        assert (shown.behind, shown.progress.trouble) == (0, None)


async def started(settings: VerificationSettings) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return await asyncio.to_thread(
        subprocess.Popen, deliverer(settings), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


async def test_killed_processes_lose_nothing_and_keep_each_order(settings: VerificationSettings) -> None:
    """Two at once, one of them killed midway, again and again; the other takes over."""
    async with (
        partner_house(settings) as house,
        receiving(lambda _got, _before: Reply(delay_s=0.02)) as receiver,
    ):
        await house.subscribe(receiver.url)
        told = await house.tell(1500, certificates=50)
        processes = [await started(settings) for _ in range(2)]
        try:
            for share in (200, 600, 1000):
                await receiver.has_taken(share)
                await asyncio.to_thread(_kill, processes.pop(0))
                processes.append(await started(settings))
            await receiver.has_taken(len(told), within_s=120)
        finally:
            for process in processes:
                await asyncio.to_thread(_kill, process)
        assert set(receiver.event_ids) == set(told)
        first_seen = await house.order_of(list(dict.fromkeys(receiver.event_ids)))
        assert all(sequences == list(range(1, 31)) for sequences in first_seen.values())
        assert len(receiver.event_ids) < 2 * len(told)


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(30)


async def test_one_process_serves_a_subscription_at_a_time(settings: VerificationSettings) -> None:
    async with (
        partner_house(settings) as one,
        partner_house(settings) as other,
        receiving(lambda _got, _before: Reply(delay_s=0.01)) as receiver,
    ):
        await one.subscribe(receiver.url)
        told = await one.tell(400)
        stop = asyncio.Event()
        working = [asyncio.create_task(Dispatch(house.deps).keep_delivering(stop)) for house in (one, other)]
        await receiver.has_taken(len(told))
        stop.set()
        await asyncio.gather(*working)
        assert sorted(receiver.event_ids) == sorted(told)


async def test_what_a_partner_gets_is_what_was_told(house: House) -> None:
    async with receiving() as receiver:
        await house.subscribe(receiver.url)
        await house.tell(1)
        await house.deliver()
        page = await house.deps.outlet.chronicle.after(0, 10)
        assert [got.body for got in receiver.taken] == [entry.fact.body for entry in page.entries]
        assert json.loads(receiver.taken[0].body)["specversion"] == "1.0"
