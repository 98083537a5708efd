"""In a browser with a camera: it is asked for on a press only, and what it shows is checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from services.verification.domain.status_list import ListStatus
from tests.support.browser import ARGUMENTS, CHROMIUM, axe_violations
from tests.support.offline import claims, publish, ready, symbol
from tests.support.qr_readers import photographed
from tests.support.verifying import PublicSite

WIDTH, HEIGHT = 640, 480


def film(picture: Image.Image, path: Path) -> Path:
    """A picture as the film that a camera shows again and again (YUV4MPEG2, grey)."""
    frame = Image.new("L", (WIDTH, HEIGHT), 200)
    picture.thumbnail((HEIGHT - 20, HEIGHT - 20))
    frame.paste(picture, ((WIDTH - picture.width) // 2, (HEIGHT - picture.height) // 2))
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame.tobytes() + grey) * 10)
    return path


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def filmed(site: PublicSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid certificate's QR code in front of the camera, a little askew."""
    await publish(site.service.deps, {1: ListStatus.VALID}, datetime.now(UTC) - timedelta(minutes=2))
    seen = photographed(symbol(await site.qr_key.address(claims(1), site.origin)), seed=3)
    return film(seen, tmp_path_factory.mktemp("camera") / "certificate.y4m")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def telephone(filmed: Path) -> AsyncIterator[Browser]:
    """A browser whose camera sees the film."""
    fake = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={filmed}",
    ]
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *fake])
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(telephone: Browser, site: PublicSite) -> AsyncIterator[Page]:
    """The page, ready without a network."""
    context = await telephone.new_context(viewport={"width": 390, "height": 844})
    opened = await context.new_page()
    await ready(opened, f"{site.origin}/v?lang=fr")
    yield opened
    await context.close()


async def test_the_camera_reads_a_certificate_without_a_network(page: Page) -> None:
    await page.context.set_offline(offline=True)
    await page.get_by_role("button", name="Utiliser l'appareil photo").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Document authentique et valide")
    await expect(page.get_by_text("Yassine Aït Ouâziz")).to_be_visible()
    await page.locator("#scanned a[href='/v']").click()
    # The light of the camera is off: its picture has no source any more.
    assert await page.locator("video").evaluate("video => video.srcObject === null")


async def test_while_the_camera_looks_the_page_is_accessible_and_it_can_be_stopped(page: Page) -> None:
    await page.evaluate("() => { HTMLVideoElement.prototype.play = () => new Promise(() => {}) }")
    await page.get_by_role("button", name="Utiliser l'appareil photo").click()
    stop = page.get_by_role("button", name="Arrêter l'appareil photo")
    await expect(stop).to_be_focused()
    assert await axe_violations(page) == []
    await stop.press("Enter")
    await expect(stop).to_be_hidden()
    await expect(page.get_by_role("button", name="Utiliser l'appareil photo")).to_be_focused()


@pytest.mark.parametrize(
    ("error", "words"), [("NotAllowedError", "n'est pas autorisé"), ("NotFoundError", "Aucun appareil photo")]
)
async def test_a_camera_that_is_refused_or_missing_is_told_with_what_else_can_be_done(
    page: Page, error: str, words: str
) -> None:
    await page.evaluate(
        "name => { MediaDevices.prototype.getUserMedia = async () => { throw new DOMException('', name) } }",
        error,
    )
    await page.get_by_role("button", name="Utiliser l'appareil photo").click()
    await expect(page.locator("[data-part=status]")).to_contain_text(words)
    await expect(page.get_by_role("button", name="Choisir une photo")).to_be_visible()


async def test_nothing_asks_for_the_camera_before_its_button_is_pressed(page: Page) -> None:
    await page.add_init_script(
        "MediaDevices.prototype.getUserMedia = () => { document.title = 'asked'; return Promise.reject() }"
    )
    await page.reload()
    await expect(page.get_by_role("button", name="Utiliser l'appareil photo")).to_be_visible()
    assert await page.title() != "asked"
