"""In a browser: a page tells how far work in the background is, until it is done, and isn't loaded again."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from libs.ui.assets import Assets, static_folder
from tests.support.site import serve_site

MARK = "() => { document.body.dataset.loaded = 'once' }"
AGAIN_MS = 2000


def face(assets: Assets, done: int, *, is_open: bool) -> str:
    """A page of work that is so far done, as the platform's templates mark it."""
    state = "yes" if is_open else "no"
    return (
        f'<!DOCTYPE html><html lang="fr"><title>t</title><script src="{assets.url("progress.js")}" defer>'
        "</script>"
        f'<body><div id="progress" aria-live="polite" data-open="{state}"><p>{done} of 3</p></div>'
    )


async def test_what_is_new_takes_the_place_of_what_was_told_until_all_is_done(
    browser: Browser, assets: Assets
) -> None:
    pages = {"/work": face(assets, 1, is_open=True)}
    with serve_site(pages, static_folder()) as origin:
        page = await (await browser.new_context()).new_page()
        asked: list[str] = []
        await page.goto(f"{origin}/work")
        page.on("request", lambda request: asked.append(request.url))
        await page.evaluate(MARK)
        live = await page.query_selector("#progress")
        for done in (2, 3):
            pages["/work"] = face(assets, done, is_open=done < 3)
            await expect(page.locator("#progress")).to_have_text(f"{done} of 3", timeout=3 * AGAIN_MS)
        assert await page.evaluate("() => document.body.dataset.loaded") == "once"
        assert live is not None
        assert await live.evaluate("told => told.isConnected && told.ariaLive === 'polite'")
        before = len(asked)
        await page.wait_for_timeout(1.5 * AGAIN_MS)
        assert len(asked) == before
        await page.context.close()
