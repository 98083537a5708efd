"""Partners' events are delivered in order, tried again for 72 hours, and never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from libs.chassis.errors import SequenceGap
from libs.contracts.certificates import CertificateStatus
from services.verification.domain.webhook import Mode, PartnerAnswer, Progress, Reason, Standing
from services.verification.handlers.couriering import Courier
from services.verification.handlers.webhooks import (
    Wish,
    replay_webhook,
    resume_webhook,
    subscribe,
    suspend_webhook,
)
from tests.support.outlets import OwnLease
from tests.support.telling import DOWN, URL, Telling, ids_in, telling

FAILS = PartnerAnswer(500, 3)
HOUR = timedelta(hours=1)


@pytest.fixture
async def world() -> Telling:
    return await telling()


def of_certificate(event_ids: Sequence[str], certificate_id: str) -> list[str]:
    return [event_id for event_id in event_ids if event_id.startswith(f"{certificate_id}-")]


async def test_each_event_goes_out_once_and_by_itself(world: Telling) -> None:
    told = [await world.tell(name) for name in ("a", "b", "c")]
    await world.subscribe()
    await world.deliver()
    await world.deliver()
    assert sorted(world.got()) == sorted(told)
    assert {posted.headers["content-type"] for posted in world.postman.taken} == {
        "application/cloudevents+json"
    }
    assert [posted.headers["webhook-id"] for posted in world.postman.taken] == world.got()


async def test_a_batch_holds_up_to_a_hundred_in_their_order(world: Telling) -> None:
    told = [await world.tell(f"c{number}") for number in range(250)]
    await world.subscribe(mode=Mode.BATCH)
    await world.deliver()
    assert [len(ids_in(posted)) for posted in world.postman.taken] == [100, 100, 50]
    assert world.got() == told


async def test_a_new_subscription_hears_only_what_is_new_unless_it_asks_for_more(world: Telling) -> None:
    await world.tell("a")
    await world.subscribe(since=None)
    later = await world.tell("b")
    await world.deliver()
    assert world.got() == [later]


async def test_only_the_wanted_statuses_are_sent(world: Telling) -> None:
    await world.tell("a")
    revoked = await world.tell("a", CertificateStatus.REVOKED)
    await world.tell("b")
    webhook = await world.subscribe(statuses=(CertificateStatus.REVOKED,))
    await world.deliver()
    assert world.got() == [revoked]
    assert (await world.show(webhook)).behind == 0


async def test_events_of_a_certificate_keep_their_order_whatever_fails(world: Telling) -> None:
    for _ in range(4):
        for name in ("a", "b", "c", "d"):
            await world.tell(name)
    webhook = await world.subscribe()
    world.postman.answers = [FAILS, PartnerAnswer(204, 1), DOWN, FAILS, PartnerAnswer(200, 1), FAILS]
    await world.deliver()
    await world.deliver_for(HOUR)
    for name in ("a", "b", "c", "d"):
        assert of_certificate(world.got(), name) == [f"{name}-{place}" for place in range(1, 5)]
    assert (await world.show(webhook)).progress == Progress(16, 16)


async def test_an_event_that_is_always_refused_holds_up_its_own_certificate_only(world: Telling) -> None:
    poison = await world.tell("a")
    await world.tell("a")
    others = [await world.tell(f"b{number}") for number in range(50)]

    async def refuse_one(url: str, headers: dict[str, str], body: bytes) -> PartnerAnswer:
        return FAILS if headers["webhook-id"] == poison else await taken(url, headers, body)

    taken = world.postman.post
    world.postman.post = refuse_one  # type: ignore[method-assign, assignment]
    webhook = await world.subscribe()
    await world.deliver()
    await world.deliver_for(2 * HOUR)
    assert sorted(world.got()) == sorted(others)
    late = await world.tell("z")
    await world.deliver_for(timedelta(minutes=6), timedelta(minutes=1))
    assert world.got()[-1] == late
    await world.deliver_for(73 * HOUR)
    shown = await world.show(webhook)
    assert (shown.webhook.standing, shown.webhook.reason) == (Standing.SUSPENDED, Reason.FAILING)
    world.postman.post = taken  # type: ignore[method-assign]
    await resume_webhook(world.deps, world.partner, webhook.id)
    await world.deliver()
    assert of_certificate(world.got(), "a") == ["a-1", "a-2"]
    assert sorted(world.got()) == sorted(["a-1", "a-2", *others, late])


async def test_waits_grow_and_one_request_at_a_time_asks_whether_the_partner_is_back(world: Telling) -> None:
    for number in range(100):
        await world.tell(f"c{number}")
    await world.subscribe()
    world.postman.always = DOWN
    await world.deliver()
    first = len(world.postman.posted)
    assert first <= 16
    await world.deliver_for(24 * HOUR, timedelta(seconds=5))
    assert 24 < len(world.postman.posted) - first < 24 * 16


async def test_a_partner_that_was_down_for_less_than_72_hours_catches_up_by_itself(world: Telling) -> None:
    webhook = await world.subscribe()
    world.postman.always = DOWN
    told = []
    for hour in range(71):
        told.append(await world.tell(f"c{hour}"))
        await world.deliver(HOUR)
    world.postman.always = PartnerAnswer(204, 1)
    await world.deliver(HOUR)
    await world.deliver(timedelta(seconds=10))
    assert sorted(world.got()) == sorted(told)
    shown = await world.show(webhook)
    assert (shown.webhook.standing, shown.behind, shown.progress.trouble) == (Standing.ACTIVE, 0, None)


async def test_after_72_hours_a_subscription_is_suspended_and_loses_nothing(world: Telling) -> None:
    webhook = await world.subscribe()
    world.postman.always = DOWN
    told = [await world.tell("a")]
    await world.deliver()
    await world.deliver_for(timedelta(hours=71, minutes=59))
    assert (await world.show(webhook)).webhook.standing is Standing.ACTIVE
    await world.deliver_for(timedelta(minutes=1), timedelta(minutes=1))
    shown = await world.show(webhook)
    assert (shown.webhook.standing, shown.webhook.reason, shown.webhook.detail) == (
        Standing.SUSPENDED,
        Reason.FAILING,
        "unreachable",
    )
    world.postman.always = PartnerAnswer(204, 1)
    told.append(await world.tell("a"))
    await world.deliver(HOUR)
    assert world.got() == []
    await resume_webhook(world.deps, world.partner, webhook.id)
    await world.deliver()
    assert world.got() == told


async def test_410_suspends_at_once(world: Telling) -> None:
    webhook = await world.subscribe()
    await world.tell("a")
    world.postman.always = PartnerAnswer(410, 1)
    await world.deliver()
    shown = await world.show(webhook)
    assert (shown.webhook.standing, shown.webhook.reason) == (Standing.SUSPENDED, Reason.GONE)
    await world.deliver(HOUR)
    assert len(world.postman.posted) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 429, 500, 503])
async def test_anything_but_2xx_is_tried_again(world: Telling, status: int) -> None:
    await world.subscribe()
    told = await world.tell("a")
    world.postman.answers = [PartnerAnswer(status, 1)]
    await world.deliver()
    assert world.got() == []
    await world.deliver(timedelta(seconds=6))
    assert world.got() == [told]
    assert world.outcomes() == [f"http-{status}", "delivered"]


async def test_retry_after_is_kept_for_all_that_waits(world: Telling) -> None:
    await world.subscribe()
    for number in range(20):
        await world.tell(f"c{number}")
    world.postman.answers = [PartnerAnswer(204, 1), PartnerAnswer(429, 1, retry_after="600")]
    await world.deliver()
    sent = len(world.postman.posted)
    assert sent <= 17
    await world.deliver_for(timedelta(seconds=599), timedelta(seconds=30))
    assert len(world.postman.posted) == sent
    await world.deliver(timedelta(seconds=2))
    assert len(world.got()) == 20


async def test_a_partner_suspended_by_identity_gets_nothing_and_then_everything(world: Telling) -> None:
    await world.subscribe()
    await world.service.know_partner(webhook_hosts=world.partner.webhook_hosts, suspended_at=world.now)
    told = [await world.tell("a"), await world.tell("b")]
    await world.deliver_for(100 * HOUR, HOUR)
    assert world.postman.posted == []
    await world.service.know_partner(webhook_hosts=world.partner.webhook_hosts)
    await world.deliver()
    assert sorted(world.got()) == told


async def test_a_host_that_is_no_longer_registered_gets_nothing(world: Telling) -> None:
    await world.subscribe()
    await world.service.know_partner(webhook_hosts=("elsewhere.example.org",))
    await world.tell("a")
    await world.deliver()
    assert world.postman.posted == []


async def test_a_suspended_subscription_goes_on_where_it_was(world: Telling) -> None:
    webhook = await world.subscribe()
    await world.tell("a")
    await world.deliver()
    await suspend_webhook(world.deps, world.partner, webhook.id)
    await world.tell("b")
    await world.deliver()
    assert world.got() == ["a-1"]
    await resume_webhook(world.deps, world.partner, webhook.id)
    await world.deliver()
    assert world.got() == ["a-1", "b-1"]


async def test_a_replay_sends_everything_of_that_moment_and_later_again(world: Telling) -> None:
    webhook = await world.subscribe()
    await world.tell("a")
    world.service.clock.advance(HOUR)
    moment = world.now
    await world.tell("b")
    await world.tell("c")
    await world.deliver()
    await replay_webhook(world.deps, world.partner, webhook.id, moment)
    await world.deliver()
    assert sorted(world.got()) == ["a-1", "b-1", "b-1", "c-1", "c-1"]


async def test_a_process_that_lost_the_lead_can_not_write_over_the_next_one(world: Telling) -> None:
    webhook = await world.subscribe()
    for number in range(5):
        await world.tell(f"c{number}")
    progress = await world.deps.outlet.progress.find(webhook.id)
    assert progress is not None
    old, new = (Courier(world.deps, webhook, progress, OwnLease(fence)) for fence in (1, 2))
    await new.run()
    ahead = await world.deps.outlet.progress.find(webhook.id)
    await world.tell("late")
    await old.run()
    assert await world.deps.outlet.progress.find(webhook.id) == ahead


async def test_what_was_delivered_ahead_is_not_sent_again_by_the_next_process(world: Telling) -> None:
    for name in ("a", "b", "c"):
        await world.tell(name)
    await world.subscribe()
    world.postman.answers = [FAILS]
    await world.deliver()
    assert sorted(world.got()) == ["b-1", "c-1"]
    await world.deliver(timedelta(minutes=1))
    assert sorted(world.got()) == ["a-1", "b-1", "c-1"]


async def test_the_same_fact_told_twice_is_kept_once(world: Telling) -> None:
    await world.tell("a")
    await world.tell("a", sequence=1)
    assert await world.deps.outlet.chronicle.tail() == 1


async def test_a_fact_that_comes_before_its_predecessor_waits(world: Telling) -> None:
    with pytest.raises(SequenceGap):
        await world.tell("a", sequence=2)


async def test_a_partner_that_is_held_back_holds_up_nobody_else(world: Telling) -> None:
    await world.subscribe()
    await world.service.know_partner(client_id="another-one", webhook_hosts=world.partner.webhook_hosts)
    other = (await world.service.store.partners.get("another-one")).value
    await subscribe(world.deps, other, Wish(URL))
    await world.tell("a")
    await world.service.know_partner(suspended_at=world.now)
    await world.deliver()
    assert world.got() == ["a-1"]
