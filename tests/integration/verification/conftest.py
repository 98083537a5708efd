"""The service behind a free port with its built styles, and a browser's page to look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page

from libs.ui.assets import Assets
from tests.support.public_site import public_site
from tests.support.verifying import PublicSite


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def site(assets: Assets) -> AsyncIterator[PublicSite]:
    async with public_site(assets) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="fr-MA")
    yield await context.new_page()
    await context.close()
