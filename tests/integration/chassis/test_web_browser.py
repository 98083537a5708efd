"""A real browser keeps our cookie on a developer's machine, and its forms pass the check of the origin."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from playwright.async_api import Browser, expect

from libs.chassis.web.access import AnyCaller, SignedInCaller
from libs.chassis.web.server import serve
from libs.chassis.web.sessions import clear_cookie, set_cookie
from tests.support.visitors import Site, build_site, probe_settings

FORM_PAGE = "<!doctype html><form method=post action='{}'><button>go</button></form>"


def _routes(site: list[Site]) -> APIRouter:
    router = APIRouter()

    @router.get("/enter")
    async def enter(_caller: AnyCaller) -> HTMLResponse:
        response = HTMLResponse(FORM_PAGE.format("/change"))
        set_cookie(response, site[0].authority.token(site[0].authority.person()))
        return response

    @router.post("/change")
    async def change(_request: Request, caller: SignedInCaller) -> HTMLResponse:
        return HTMLResponse(f"<p>changed by {caller.id}</p>" + FORM_PAGE.format("/leave"))

    @router.post("/leave")
    async def leave(_caller: SignedInCaller) -> RedirectResponse:
        response = RedirectResponse("/whoami", status_code=303)
        clear_cookie(response)
        return response

    @router.get("/whoami")
    async def whoami(caller: AnyCaller) -> HTMLResponse:
        return HTMLResponse(f"<p>{caller.kind}</p>")

    @router.get("/trap")
    async def trap(request: Request, _caller: AnyCaller) -> HTMLResponse:
        return HTMLResponse(
            FORM_PAGE.format(request.query_params["target"]), headers={"content-security-policy": ""}
        )

    return router


@pytest_asyncio.fixture(loop_scope="session")
async def port() -> AsyncIterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen: int = probe.getsockname()[1]
    sites: list[Site] = []
    built = build_site(_routes(sites), settings=probe_settings(public_origin=f"http://localhost:{chosen}"))
    sites.append(replace(built))
    stop = asyncio.Event()
    task = asyncio.create_task(serve(built.app, "127.0.0.1", chosen, stop))
    yield chosen
    stop.set()
    await task


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_the_cookie_is_kept_sent_and_cleared_over_plain_loopback(
    browser: Browser, port: int, host: str
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"http://{host}:{port}/enter")
    await page.get_by_role("button").click()
    await expect(page.get_by_text("changed by person-1")).to_be_visible()
    await page.get_by_role("button").click()
    await expect(page.get_by_text("anonymous")).to_be_visible()
    await context.close()


async def test_a_form_on_another_site_changes_nothing(browser: Browser, port: int) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"http://localhost:{port}/enter")
    await page.goto(f"http://127.0.0.1:{port}/trap?target=http://localhost:{port}/change")
    async with page.expect_response(f"http://localhost:{port}/change") as posted:
        await page.get_by_role("button").click()
    assert (await posted.value).status == 403
    await context.close()
