"""How fast and how right a browser without a network is, and what it has to fetch for that."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from playwright.async_api import Page, async_playwright

from deploy.local.progress import say
from libs.ui.assets import Assets, static_folder
from libs.ui.build.__main__ import build, default_cache
from libs.ui.pages import Pages
from services.verification.pages.offline import shell_of
from tests.support.browser import ARGUMENTS, CHROMIUM
from tests.support.offline import READY, publish, ready
from tests.support.public_site import public_site
from tests.support.roadside import RIGHT, checked, documents, statuses
from tests.support.verifying import PublicSite

DOCUMENTS: Final = 10_000
RELOADS: Final = 40
_OPENED: Final = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
_LISTED: Final = "() => performance.now()"


def run() -> None:
    """Measure and tell."""
    build(static_folder(), default_cache())
    asyncio.run(_measure())


async def _measure() -> None:
    assets = Assets.read()
    _tell_sizes(assets)
    async with public_site(assets) as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = await (await browser.new_context(viewport={"width": 390, "height": 844})).new_page()
        try:
            await _go_offline(site, page)
            await _tell_reloads(page)
            await _tell_checks(site, page)
        finally:
            await browser.close()


async def _go_offline(site: PublicSite, page: Page) -> None:
    as_of = datetime.now(UTC) - timedelta(minutes=1)
    await publish(site.service.deps, statuses(DOCUMENTS), as_of)
    await ready(page, f"{site.origin}/v?lang=fr")
    await page.context.set_offline(offline=True)


async def _tell_reloads(page: Page) -> None:
    opened, listed = [], []
    for _ in range(RELOADS):
        await page.reload()
        opened.append(await page.evaluate(_OPENED))
        await page.wait_for_function(READY)
        listed.append(await page.evaluate(_LISTED))
    say(f"  reload without a network ({RELOADS}): {_told(opened)} (goal: 300 ms)")
    say(f"    until the list is there: {_told(listed)}")


async def _tell_checks(site: PublicSite, page: Page) -> None:
    shown = await documents(site.qr_key, DOCUMENTS)
    answers = await checked(page, shown)
    right = sum(outcome in RIGHT[each.sort] for each, (outcome, _) in zip(shown, answers, strict=True))
    say(f"  {DOCUMENTS:,} documents of {len(RIGHT)} sorts: {right:,} right (goal: all)")
    say(f"    from digits to verdict on the page: {_told([took for _, took in answers])} (goal: 50 ms)")


def _tell_sizes(assets: Assets) -> None:
    own = sum(map(_size, (assets.names[name] for name in ("scanned.js", "worker.js"))))
    files = shell_of(Pages("services.verification", assets)).files
    kept = sum(_size(file.rpartition("/")[2]) for file in files if file.startswith("/static/"))
    say("\nChecking without a network, in Chromium")
    say(f"  scripts {own / 1024:.1f} KB compressed, the QR reader from npm among them")
    say(f"  all that is kept (styles both ways, fonts, icons, scripts): {kept / 1024:.1f} KB compressed")


def _size(name: str) -> int:
    """Bytes on the wire."""
    path = static_folder() / name
    packed = path.with_name(f"{name}.gz")
    return (packed if packed.exists() else path).stat().st_size


def _told(took_ms: Sequence[float]) -> str:
    cuts = statistics.quantiles(took_ms, n=100)
    return f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, worst {max(took_ms):.1f} ms"
