"""Waiting that can be cut short."""

from __future__ import annotations

import asyncio


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set or so many seconds have passed, whichever comes first."""
    try:
        await asyncio.wait_for(until.wait(), seconds)
    except TimeoutError:
        return
