"""The whole platform for tests, people who walk over it, and the look at every page that they saw."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Route, ViewportSize
from playwright.async_api import Page as Tab

from deploy.local.demo.casting import Casting
from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.page import Answers, Document, Page
from deploy.local.folders import Folders
from deploy.local.stack import Stack
from libs.ui.assets import Assets
from tests.support.browser import axe_violations, mirror, sideways_overflow

LOCALES: Final = {"ar": "ar-MA", "fr": "fr-FR"}
PATIENCE_S: Final = 60.0
NARROWEST_PX: Final = 320
MIRRORED_SHARE: Final = 0.995
WINDOW: Final[ViewportSize] = {"width": 1024, "height": 800}
TABS: Final = 3

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")

Result = TypeVar("Result")


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole platform in a folder of its own, on free ports, started once per test session."""
    stack = Stack(Folders(tmp_path_factory.mktemp("platform")), usual_ports=False)
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture
def casting(platform: Stack) -> Iterator[Casting]:
    """Whoever a test needs in front of the platform, in Arabic."""
    with Casting(platform.origin, platform.mail.web_url, platform.folders.data / "seed") as gathered:
        yield gathered


@pytest.fixture
def chance() -> random.Random:
    """Numbers that no earlier test has used."""
    return random.SystemRandom()


@dataclass
class Album:
    """Every page that somebody saw, once for each of its looks, to be looked at afterwards."""

    pages: dict[str, Page] = field(default_factory=dict)

    def keep(self, page: Page) -> None:
        """Keep a page, the later one of the same look."""
        if page.html.lstrip().lower().startswith("<!doctype"):
            path = _ID.sub("*", page.path)
            self.pages[f"{path} {page.status} {page.title}"] = page


class BrowserVisitor:
    """A visitor with a real browser, for walkers that know nothing of event loops.

    Its methods are called from another thread than the browser's loop.
    """

    def __init__(self, origin: str, context: BrowserContext, tab: Tab, album: Album) -> None:
        self.origin = origin
        self.context = context
        self.tab = tab
        self.album = album
        self._loop = asyncio.get_running_loop()
        self._page: Page | None = None

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        running: Future[Result] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return running.result(PATIENCE_S)

    @property
    def page(self) -> Page:
        """The page in front of the visitor."""
        if self._page is None:
            raise WalkFailedError("no page was opened yet")
        return self._page

    def open(self, address: str) -> Page:
        """Go to an address of the platform."""
        return self._do(self._open(address))

    async def _open(self, address: str) -> Page:
        response = await self.tab.goto(self.origin + address)
        return await self.arrive(response.status if response else httpx.codes.OK)

    async def arrive(self, status: int) -> Page:
        """Take in the page that the browser shows now."""
        html = await self.tab.content()
        self._page = Page(status, self.tab.url.removeprefix(self.origin), html)
        self.album.keep(self._page)
        return self._page

    def submit(self, answers: Answers) -> Page:
        """Fill in and send the form in front of the visitor, by its own button."""
        return self._do(self._submit(answers))

    async def _submit(self, answers: Answers) -> Page:
        form = self.page.get_form(*[name for name, given in answers.items() if isinstance(given, str)])
        shown = self.tab.locator(f'main form[action="{form.action}"]').first
        for name, given in form.expanded(answers).items():
            await _answer(shown, name, given)
        return await self._press(shown.locator("button").first)

    async def _press(self, button: Locator) -> Page:
        async with self.tab.expect_navigation() as navigation:
            await button.click()
        response = await navigation.value
        return await self.arrive(response.status)

    def log_out(self) -> Page:
        """Press the button that ends the session."""
        return self._do(self._press(self.tab.locator(".kh-user__out button")))

    def download(self, address: str) -> bytes:
        """Click the link that the page in front offers, and take what comes."""
        return self._do(self._download(address))

    def fetch(self, address: str) -> bytes:
        """What a script of the page in front would be given."""
        return self._do(self._fetch(address))

    async def _fetch(self, address: str) -> bytes:
        answer = await self.context.request.get(self.origin + address)
        if answer.status != httpx.codes.OK:
            raise WalkFailedError(f"{address} answers {answer.status}")
        return await answer.body()

    async def _download(self, address: str) -> bytes:
        taken: asyncio.Future[tuple[int, bytes]] = self._loop.create_future()

        async def take(route: Route) -> None:
            # The browser would show the document in its own viewer, from where it can't be read.
            response = await route.fetch()
            if not taken.done():
                taken.set_result((response.status, await response.body()))
            await route.fulfill(status=httpx.codes.NO_CONTENT)

        await self.tab.route(self.origin + address, take)
        await self.tab.locator(f'main a[href="{address}"]').first.click()
        status, content = await taken
        await self.tab.unroute(self.origin + address)
        if status != httpx.codes.OK:
            raise WalkFailedError(f"{address} answers {status}")
        return content

    def close(self) -> None:
        """Go away."""
        self._do(self.context.close())


async def _answer(form: Locator, name: str, given: list[str] | Document) -> None:
    field_shown = form.locator(f'[name="{name}"]')
    if isinstance(given, Document):
        file = {"name": given.filename, "mimeType": given.media_type, "buffer": given.content}
        await field_shown.set_input_files(file)  # type: ignore[arg-type]  # a mapping is a FilePayload
        return
    folded = form.locator(f'details:not([open]):has([name="{name}"]) > summary')
    if await folded.count():
        await folded.first.click()
    kind = await field_shown.first.evaluate("field => field.type")
    if kind in {"radio", "checkbox"}:
        for value in given:
            await form.locator(f'[name="{name}"][value="{value}"]').check()
    elif kind == "select-one":
        await field_shown.select_option(given[0])
    else:
        await field_shown.fill(given[0])


@asynccontextmanager
async def somebody(
    browser: Browser, origin: str, *, lang: str, scripts: bool, album: Album
) -> AsyncIterator[BrowserVisitor]:
    """Somebody with a browser window of their own until the block ends."""
    context = await browser.new_context(locale=LOCALES[lang], java_script_enabled=scripts)
    try:
        yield BrowserVisitor(origin, context, await context.new_page(), album)
    finally:
        await context.close()


async def faults_of(browser: Browser, origin: str, album: Album, assets: Assets) -> dict[str, list[str]]:
    """Look at every page of an album: accessibility up to AAA, mirrored layout, no sideways scrolling.

    The pages are shown again as they were, scripts on, for the tools need them.

    Returns:
        What is wrong, by page; empty where all is well.
    """
    waiting = list(album.pages.items())
    found: dict[str, list[str]] = {}

    async def look() -> None:
        context = await browser.new_context(viewport=WINDOW)
        tab = await context.new_page()
        while waiting:
            name, page = waiting.pop()
            faults = await _faults_of_page(tab, origin, page, assets)
            if faults:
                found[name] = faults
        await context.close()

    async with asyncio.TaskGroup() as group:
        for _tab in range(TABS):
            group.create_task(look())
    return found


async def _faults_of_page(tab: Tab, origin: str, page: Page, assets: Assets) -> list[str]:
    async def show(route: Route) -> None:
        await route.fulfill(body=page.html, content_type="text/html; charset=utf-8")

    address = origin + page.path
    await tab.set_viewport_size(WINDOW)
    await tab.route(address, show)
    await tab.goto(address)
    faults = await axe_violations(tab)
    turned = await mirror(tab, assets)
    if turned.share < MIRRORED_SHARE:
        faults.append(f"not mirrored: {turned.wrong}")
    faults += [f"sticks out: {name}" for name in await sideways_overflow(tab, NARROWEST_PX)]
    await tab.unroute(address, show)
    return faults
