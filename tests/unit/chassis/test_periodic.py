"""Repeated work goes on after a failure that may pass, stops when told, and dies of a fault."""

from __future__ import annotations

import asyncio

import pytest

from libs.chassis.errors import DependencyDown
from libs.chassis.periodic import periodically


async def test_work_is_repeated_after_a_failure_that_may_pass_until_told_to_stop() -> None:
    stop = asyncio.Event()
    turns: list[int] = []

    async def work() -> None:
        turns.append(len(turns))
        if len(turns) == 1:
            raise DependencyDown
        if len(turns) == 3:
            stop.set()

    await asyncio.wait_for(periodically("sweeping", work, 0.001)(stop), 5)
    assert turns == [0, 1, 2]


async def test_a_fault_ends_the_loop() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await periodically("sweeping", work, 0.001)(asyncio.Event())
