"""Limits: counted per window and per who, without keeping who."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from libs.chassis.clock import FixedClock
from libs.chassis.web.client import network_of
from libs.chassis.web.errors import TooManyAttempts
from libs.chassis.web.throttle import Limit, MemoryCounters, Throttle

LIMIT = Limit("login.identity", most=3, window_s=60)
START = datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC)


class SpyingCounters(MemoryCounters):
    """Remembers the keys that it was given."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__(clock)
        self.keys: list[str] = []

    async def hit(self, key: str, expires_at: datetime) -> int:
        self.keys.append(key)
        return await super().hit(key, expires_at)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def counters(clock: FixedClock) -> SpyingCounters:
    return SpyingCounters(clock)


@pytest.fixture
def throttle(clock: FixedClock, counters: SpyingCounters) -> Throttle:
    return Throttle(counters, b"k" * 32, clock)


async def exhaust(throttle: Throttle, who: str) -> None:
    for _ in range(LIMIT.most):
        await throttle.hit(LIMIT, who)


async def test_attempts_up_to_the_limit_pass_and_the_next_is_told_when_to_come_back(
    throttle: Throttle,
) -> None:
    await exhaust(throttle, "ZZ1")
    with pytest.raises(TooManyAttempts) as refused:
        await throttle.hit(LIMIT, "ZZ1")
    assert refused.value.details["retry_after_s"] == 50


async def test_an_attempt_that_is_given_back_can_be_made_again(throttle: Throttle) -> None:
    await exhaust(throttle, "ZZ1")
    await throttle.give_back(LIMIT, "ZZ1")
    await throttle.hit(LIMIT, "ZZ1")
    with pytest.raises(TooManyAttempts):
        await throttle.hit(LIMIT, "ZZ1")


async def test_a_new_window_starts_from_nothing(throttle: Throttle, clock: FixedClock) -> None:
    await exhaust(throttle, "ZZ1")
    clock.advance(timedelta(seconds=50))
    await exhaust(throttle, "ZZ1")


async def test_one_who_is_over_does_not_stop_another(throttle: Throttle) -> None:
    await exhaust(throttle, "ZZ1")
    await exhaust(throttle, "ZZ2")


async def test_limits_of_different_names_count_apart(throttle: Throttle) -> None:
    await exhaust(throttle, "ZZ1")
    await throttle.hit(Limit("login.network", 1, 60), "ZZ1")


async def test_the_store_never_learns_who(throttle: Throttle, counters: SpyingCounters) -> None:
    await throttle.hit(LIMIT, "ZZ1")
    await Throttle(counters, b"another key" * 3, FixedClock(START)).hit(LIMIT, "ZZ1")
    first, second = counters.keys
    assert "ZZ1" not in first
    assert first != second


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("not-an-address", "unknown"),
    ],
)
def test_addresses_of_one_household_count_as_one(host: str, network: str) -> None:
    assert network_of(Request({"type": "http", "client": (host, 1), "headers": []})) == network


def test_a_request_without_an_address_is_counted_too() -> None:
    assert network_of(Request({"type": "http", "client": None, "headers": []})) == "unknown"
