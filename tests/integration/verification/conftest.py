"""The service behind a free port with its built styles, and a browser's page to look at it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest_asyncio
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Browser, Page

from libs.chassis.web.server import serve
from libs.ui.assets import STATIC_URL, Assets, static_folder
from libs.ui.pages import Pages
from services.verification import api, pages
from tests.support.qr_keys import OwnQrKey
from tests.support.verifying import PublicSite, verifying
from tests.support.visitors import build_site, probe_settings


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def site(assets: Assets) -> AsyncIterator[PublicSite]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    origin = f"http://localhost:{port}"
    service, key = await verifying(), OwnQrKey()
    await service.know()
    await service.know_key(key.jwk())
    renderer = Pages("services.verification", assets)
    built = build_site(
        pages.router,
        api.router,
        settings=probe_settings(public_origin=origin),
        translate=renderer.word,
        on_error=renderer.on_error,
    )
    built.app.state.deps, built.app.state.pages = service.deps, renderer
    built.app.mount(STATIC_URL, StaticFiles(directory=static_folder()))
    stop = asyncio.Event()
    task = asyncio.create_task(serve(built.app, "127.0.0.1", port, stop))
    yield PublicSite(origin, assets, key)
    stop.set()
    await task


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="fr-MA")
    yield await context.new_page()
    await context.close()
