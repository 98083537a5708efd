"""In a browser: pictures of a certificate's page are read as well as scanners read them."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL.Image import Image
from playwright.async_api import Page, expect

from services.certificates.adapters.pdf import get_wording, render_certificate
from tests.support.offline import READY
from tests.support.qr_readers import Wear, render, worn
from tests.support.scanning_table import sample
from tests.support.verifying import PublicSite

SEEDS = (0, 1)
MISSED = 1
"""Of all pictures; somebody then holds the telephone a little otherwise."""


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    """The page of a long name in every state, as files."""
    content = sample()
    page = render(render_certificate(content, get_wording(content.issued_on)))
    return [_png(worn(page, wear, seed)) for wear in Wear for seed in SEEDS]


async def test_worn_pages_are_read_by_the_page_itself(
    page: Page, site: PublicSite, pictures: list[bytes]
) -> None:
    await page.goto(f"{site.origin}/v?lang=fr")
    await page.wait_for_function(READY)
    unread = 0
    for picture in pictures:
        await page.locator("[data-part=file]").set_input_files(
            {"name": "page.png", "mimeType": "image/png", "buffer": picture}
        )
        done = page.locator("h1:text('Sceau impossible'), [data-part=status]:text('Aucun code')")
        await expect(done.first).to_be_visible(timeout=20_000)
        # Its key is another ministry's: whoever says so has read the code to its end.
        if await page.locator("h1:text('Sceau impossible')").count():
            await page.locator("#scanned a[href='/v']").click()
        else:
            unread += 1
    assert unread <= MISSED


def _png(picture: Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
