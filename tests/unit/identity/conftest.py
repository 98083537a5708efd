"""A fresh identity service in memory for each test."""

from __future__ import annotations

import pytest_asyncio

from tests.support.identity_house import House, build_house


@pytest_asyncio.fixture
async def house() -> House:
    return await build_house()
