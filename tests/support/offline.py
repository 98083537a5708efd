"""Status lists as a test wants them, QR codes as pictures, and a page that is ready without a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Final

import zxingcpp
from PIL import Image
from playwright.async_api import Page

from libs.contracts.qr import DocumentKind, QrClaims, address_of
from services.verification.adapters.status_bits import StatusBits
from services.verification.domain.status_list import ListStatus, compressed, prepare, published
from services.verification.handlers.listing import publish_list_key, uri_of
from services.verification.ports import Deps
from tests.support.qr_keys import OwnQrKey
from tests.support.verifying import CODE, PublicSite

MODULE_PX: Final = 5
READY: Final = "() => document.querySelector('[data-age]:not([hidden])')"
KEPT: Final = """async () => {
  await navigator.serviceWorker.ready;
  const scopes = await navigator.serviceWorker.getRegistrations();
  return scopes.length === 2 && scopes.every(scope => scope.active?.state === "activated");
}"""


def claims(status_index: int, **changed: object) -> QrClaims:
    """A document in force by its dates, with what a test changes."""
    usual: dict[str, object] = {
        "number": f"2026/{status_index:06d}",
        "version": 1,
        "kind": DocumentKind.CERTIFICATE,
        "issued_on": date(2026, 1, 5),
        "valid_until": date(2099, 8, 1),
        "arabic_name": "ياسين أيت وَعزيز",
        "latin_name": "Yassine Aït Ouâziz",
        "code": CODE,
        "status_index": status_index,
    }
    return QrClaims(**(usual | changed))  # type: ignore[arg-type]


async def publish(deps: Deps, statuses: Mapping[int, ListStatus], as_of: datetime) -> None:
    """Put lists that say this in the place of those that there are."""
    bits = StatusBits()
    for index, status in statuses.items():
        bits.note(index, status)
    await publish_list_key(deps)
    listing = deps.listing
    for number, packed in enumerate(bits.packed()):
        unsigned = prepare(compressed(packed), uri_of(listing.origin, number), as_of, listing.key.key_id)
        token = unsigned.signed(listing.key.sign(unsigned.to_be_signed))
        await listing.lists.publish(published(number, packed, as_of, token))


def symbol(address: str) -> Image.Image:
    """The QR code of an address, level M, with its quiet zone."""
    drawn = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    shades = zxingcpp.write_barcode_to_image(drawn, scale=MODULE_PX, add_quiet_zones=True)
    return Image.fromarray(shades).convert("L")


def picture(address: str) -> bytes:
    """The same as a PNG file."""
    file = BytesIO()
    symbol(address).save(file, "PNG")
    return file.getvalue()


async def ready(page: Page, address: str) -> None:
    """Open the page once with a network, until all that it needs without one is kept."""
    await page.goto(address)
    await page.wait_for_function(READY)
    await page.wait_for_function(KEPT)


async def document(site: PublicSite, outcome: str) -> str:
    """The address in a QR code that comes to an outcome by the list that is kept."""
    key = site.qr_key
    today = datetime.now(UTC).date()
    told = {
        "revoked": claims(2),
        "suspended": claims(3),
        "superseded": claims(4),
        "expired": claims(5, valid_until=date(2026, 11, 19)),
        "unlisted": claims(6, issued_on=today),
    }.get(outcome, claims(1))
    payload = await key.payload(told)
    if outcome == "forged":
        payload = payload.replace(b"Yassine", b"Yassina")
    elif outcome == "unknown_key":
        payload = await OwnQrKey().payload(told)
    elif outcome == "garbled":
        payload = payload[:-1]
    return address_of(payload, site.origin)


async def scan(page: Page, address: str) -> None:
    """Give the page a picture of a QR code."""
    await page.locator("[data-part=file]").set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": picture(address)}
    )


async def paste(page: Page, address: str) -> None:
    """Put an address into the form, as a scanner that types does."""
    await page.locator("#code").fill(address)
    await page.locator("#code").press("Enter")
