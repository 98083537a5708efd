"""Pictures of the page that checks without a network: `python -m tests.support.offline_gallery`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from libs.contracts.qr import QrClaims
from libs.ui.assets import Assets, static_folder
from libs.ui.build.__main__ import build, default_cache
from services.verification.domain.status_list import ListStatus
from tests.support.browser import ARGUMENTS, CHROMIUM
from tests.support.offline import READY, claims, publish, ready
from tests.support.public_site import public_site
from tests.support.tree import ROOT
from tests.support.verifying import PublicSite

FOLDER: Final = ROOT / "docs" / "pictures"
AS_OF: Final = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)
WIDTH, HEIGHT = 390, 1180
COLOURS: Final = 48
FACES: Final[dict[str, QrClaims | None]] = {
    "start": None,
    "valid": claims(1),
    "revoked": claims(2, number="2026/000419", valid_until=None),
}


async def draw(folder: Path) -> None:
    """Draw every face of the page in both languages."""
    build(static_folder(), default_cache())
    async with public_site(Assets.read()) as site, async_playwright() as playwright:
        await publish(site.service.deps, {1: ListStatus.VALID, 2: ListStatus.INVALID}, AS_OF)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for lang in ("ar", "fr"):
            page = await _opened(browser, site, lang)
            for face, shown in FACES.items():
                if shown is not None:
                    await _check(page, site, shown)
                _keep(await page.screenshot(), folder / f"verify-{face}-{lang}.png")
        await browser.close()


async def _opened(browser: Browser, site: PublicSite, lang: str) -> Page:
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, timezone_id="Africa/Casablanca"
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(NOW)
    await ready(page, f"{site.origin}/v?lang={lang}")
    await context.set_offline(offline=True)
    await page.reload()
    await page.wait_for_function(READY)
    return page


async def _check(page: Page, site: PublicSite, shown: QrClaims) -> None:
    digits = (await site.qr_key.address(shown, site.origin)).rpartition("#")[2]
    await page.evaluate("hash => { location.hash = hash }", digits)
    await page.wait_for_function(
        "number => document.querySelector('[data-claim=number]')?.textContent === number", arg=shown.number
    )


def _keep(picture: bytes, path: Path) -> None:
    Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(draw(FOLDER))
