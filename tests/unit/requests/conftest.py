"""A world of requests, somebody who asks, and browsers in which each of the staff is signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import date

import httpx
import pytest

from libs.chassis.web.caller import Caller
from tests.support.requests_staff import Enter, site_of
from tests.support.requests_world import MEKNES, World, new_world
from tests.support.visitors import FORM, Site


@pytest.fixture
async def world() -> World:
    return await new_world()


@pytest.fixture
async def site(world: World) -> Site:
    return site_of(world)


@pytest.fixture
async def person(world: World) -> Caller:
    return await world.register("ZZ300001", date(1990, 5, 12))


@pytest.fixture
def enter(site: Site) -> Enter:
    """Open a browser in which one of the staff is signed in."""

    def open_browser(
        staff_id: str, *roles: str, lang: str = "fr", centres: tuple[str, ...] = (MEKNES,)
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        caller = site.authority.hire(staff_id, *roles, centres=centres)
        return site.client(**site.cookie(caller, lang=lang), **FORM)

    return open_browser


@pytest.fixture
async def agent(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("agent", "coaph_agent") as client:
        yield client


@pytest.fixture
async def head(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("head", "coaph_head") as client:
        yield client


@pytest.fixture
async def doctor(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("doctor", "committee_doctor", centres=()) as client:
        yield client


@pytest.fixture
async def chair(enter: Enter) -> AsyncIterator[httpx.AsyncClient]:
    async with enter("chair", "committee_chair", centres=()) as client:
        yield client
