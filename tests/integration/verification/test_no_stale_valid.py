"""Ten thousand questions under every fault: nothing revoked is called valid after the bound."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from libs.chassis.ids import new_id
from libs.chassis.pausing import pause
from tests.support.freezing import frozen, frozen_broker
from tests.support.freshness_house import House, Times, opened_house
from tests.support.neighbours import PATIENCE_S
from tests.support.parts import KafkaPart, MongoPart

#: A twentieth of 45 s and of 60 s.
TIMES = Times(fresh_for_s=2.25, bound_s=3.0)
CERTIFICATES = 40
QUESTIONS = 10_000
HOLD_S = 4.5


@contextmanager
def killed(kafka: KafkaPart) -> Iterator[None]:
    """A broker that is gone meanwhile."""
    kafka.kill()
    try:
        yield
    finally:
        kafka.restart()


FAULTS: dict[str, Callable[[House], AbstractContextManager[None]]] = {
    "the broker stands still": lambda house: frozen_broker(house.kafka),
    "certificates' relay stands still": lambda house: frozen(house.relay),
    "one projector stands still": lambda house: frozen(house.answering[0].child),
    "the broker is killed": lambda house: killed(house.kafka),
}


async def _revoke_under(house: House, fault: AbstractContextManager[None]) -> None:
    """Revoke while a fault lasts; nobody can say of these until it is over."""
    since, never = time.monotonic(), asyncio.Event()
    await asyncio.to_thread(fault.__enter__)
    try:
        revoked = [await house.revoke() for _ in range(3)]
        await pause(never, HOLD_S)
    finally:
        await asyncio.to_thread(fault.__exit__, None, None, None)
    assert house.hesitations(since, revoked) > 0
    await house.until_all_is_told_right()


@pytest.fixture(scope="module")
async def house(
    mongo: MongoPart, kafka: KafkaPart, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("freshness")
    async with opened_house(mongo, kafka, folder, TIMES) as opened:
        yield opened


async def test_a_certificate_of_which_news_cannot_be_read_is_in_doubt_and_no_other(house: House) -> None:
    doubtful, other = await house.issue(2)
    await house.until_all_is_told_right()
    await house.garble(doubtful)
    await house.until_told({house.codes[doubtful]: "cannot-say-now", house.codes[other]: "valid"})
    await house.revoke(doubtful)
    await house.until_all_is_told_right()


async def test_what_waits_for_its_key_is_in_doubt_and_not_unknown(house: House) -> None:
    owner = new_id()
    await house.platform.vault.create(owner)
    (waiting,) = await house.issue(1, owner)
    await house.until_told({house.codes[waiting]: "cannot-say-now"})
    await house.neighbours.share_key(owner)
    await house.until_all_is_told_right()


async def test_nothing_revoked_is_called_valid_after_the_bound_whatever_fails(house: House) -> None:
    await house.issue(CERTIFICATES)
    await house.until_all_is_told_right()
    async with house.questions():
        for name, fault in FAULTS.items():
            await _revoke_under(house, fault(house))
            assert house.lies(TIMES.bound_s) == [], name
        never = asyncio.Event()
        async with asyncio.timeout(PATIENCE_S):
            while len(house.told) < QUESTIONS:
                await pause(never, 0.1)
    assert {told.said for told in house.told} == {"valid", "revoked", "cannot-say-now"}
    assert house.lies(TIMES.bound_s) == []
    # The same questions to a process that waits longer show that there was something to hide.
    assert len(house.lies(TIMES.bound_s, careless=True)) > 0
