from collections.abc import AsyncIterator, Iterator
from itertools import product

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from libs.ui.assets import Assets, static_folder
from tests.support.browser import axe_violations, keyboard_walk, mirror, sideways_overflow
from tests.support.site import serve_site
from tests.unit.ui.gallery import NAMES, gallery

PAGES = [f"/{lang}/{name}" for lang, name in product(("ar", "fr"), NAMES)]


@pytest.fixture(scope="module")
def origin(assets: Assets) -> Iterator[str]:
    shown = {f"/{lang}/{name}": html for lang in ("ar", "fr") for name, html in gallery(lang, assets).items()}
    with serve_site(shown, static_folder()) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    opened = await browser.new_page(viewport={"width": 1024, "height": 800})
    yield opened
    await opened.close()


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_accessibility_finding_up_to_aaa(page: Page, origin: str, path: str) -> None:
    await page.goto(origin + path)
    assert await axe_violations(page) == []


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_all_its_parts_under_the_content_policy(
    page: Page, origin: str, path: str
) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    await page.goto(origin + path, wait_until="networkidle")
    assert told == []


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith("/ar/")])
async def test_a_page_turned_round_is_its_mirror_image(
    page: Page, origin: str, path: str, assets: Assets
) -> None:
    await page.goto(origin + path)
    turned = await mirror(page, assets)
    assert turned.share >= 0.995, turned.wrong


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_never_scrolls_sideways(page: Page, origin: str, path: str) -> None:
    await page.goto(origin + path)
    assert await sideways_overflow(page, 320) == []


@pytest.mark.parametrize("path", ["/ar/register", "/fr/space"])
async def test_the_keyboard_reaches_every_control_and_shows_where_it_stands(
    page: Page, origin: str, path: str
) -> None:
    await page.set_viewport_size({"width": 1024, "height": 800})
    await page.goto(origin + path)
    places = await keyboard_walk(page)
    radios = await page.locator("input[type=radio]").count()
    controls = await page.locator("a[href], button, input, select, textarea, summary").count()
    # One group of radios is one stop.
    assert len(places) == controls - max(0, radios - 1)
    assert [place["name"] for place in places if not place["shown"]] == []
    assert [place["name"] for place in places if place["tag"] != "INPUT" and place["height"] < 24] == []
