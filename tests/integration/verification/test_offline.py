"""Without a network: the page opens, reads pictures, and says of each document what the list knows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.verification.domain.status_list import ListStatus
from services.verification.pages.offline import shell_of
from tests.support.browser import axe_violations, keyboard_walk, mirror, sideways_overflow
from tests.support.offline import READY, document, paste, publish, ready, scan
from tests.support.roadside import RIGHT, checked, documents, statuses
from tests.support.verifying import PublicSite

TITLES: Final = {
    "valid": "Document authentique et valide",
    "revoked": "Document annulé",
    "suspended": "Document suspendu",
    "superseded": "Document remplacé",
    "expired": "Document expiré",
    "unlisted": "Document impossible à confirmer",
    "stale": "Liste trop ancienne",
    "clock": "La date de cet appareil est fausse",
    "forged": "Sceau non authentique",
    "unknown_key": "Sceau impossible à vérifier ici",
    "garbled": "Code illisible",
}
LATER: Final = {"stale": timedelta(hours=25), "clock": -timedelta(hours=1)}
STATUSES: Final = {
    1: ListStatus.VALID,
    2: ListStatus.INVALID,
    3: ListStatus.SUSPENDED,
    4: ListStatus.SUPERSEDED,
    5: ListStatus.VALID,
    6: ListStatus.INVALID,
}
MINIMUM_TARGET_PX: Final = 24
CHECKS: Final = 120
SHELLS: Final = """() => caches.keys().then(names => names
  .filter(name => name.startsWith("khadamaty-check-shell-")).map(name => name.split("-").pop()))"""
SAME_FOR_ALL: Final = frozenset({
    "", "/", "/v", "/v?lang=fr", "/v/worker.js", "/v/fr.webmanifest", "/v/ar.webmanifest", "/v?lang=ar",
    "/api/verification/v1/keys", "/api/verification/v1/status-lists", "/api/verification/v1/status-lists/0",
})  # fmt: skip
UPDATED: Final = """async () => {
  const scope = await navigator.serviceWorker.getRegistration("/v");
  const ended = new Promise(done => scope.addEventListener("updatefound", () =>
    scope.installing.addEventListener("statechange", event => done(event.target.state))));
  await scope.update().catch(() => {});
  return ended;
}"""
ONLY_SHELL: Final = f"version => ({SHELLS})().then(kept => String(kept) === version)"
ROADSIDE: Final = 1000


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def listed(site: PublicSite) -> datetime:
    """A list that is some minutes old, and as of when."""
    as_of = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=3)
    await publish(site.service.deps, STATUSES, as_of)
    return as_of


@pytest_asyncio.fixture(loop_scope="session", params=["ar", "fr"])
async def cut_off(
    request: pytest.FixtureRequest, browser: Browser, site: PublicSite, listed: datetime
) -> AsyncIterator[Page]:
    """The page in each language after one visit, the network off since."""
    del listed
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await ready(page, f"{site.origin}/v?lang={request.param}")
    await context.set_offline(offline=True)
    yield page
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def french(browser: Browser, site: PublicSite, listed: datetime) -> AsyncIterator[Page]:
    """The French page after one visit, the network on."""
    del listed
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await ready(page, f"{site.origin}/v?lang=fr")
    yield page
    await context.close()


def title(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


async def test_the_page_can_be_installed(french: Page, site: PublicSite) -> None:
    session = await french.context.new_cdp_session(french)
    manifest = await session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    told = json.loads(manifest["data"])
    assert (told["lang"], told["dir"], told["scope"]) == ("fr-MA", "ltr", "/v")
    for icon in told["icons"]:
        answer = await french.request.get(f"{site.origin}{icon['src']}")
        assert answer.headers["content-type"].startswith(icon["type"])
    # Tests browse in private, and that is all that stands in the way.
    errors = (await session.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert [error["errorId"] for error in errors] == ["in-incognito"]
    arabic = await (await french.request.get(f"{site.origin}/v/ar.webmanifest")).json()
    assert (arabic["lang"], arabic["dir"]) == ("ar-MA", "rtl")
    assert arabic["name"] != told["name"]


async def test_without_a_network_the_page_opens_again_in_its_language(cut_off: Page) -> None:
    lang = await cut_off.evaluate("document.documentElement.lang")
    origin = await cut_off.evaluate("location.origin")
    for path in ("/v", "/V", "/V?utm=1"):
        await cut_off.goto(f"{origin}{path}")
        assert await cut_off.evaluate("document.documentElement.lang") == lang
        await expect(cut_off.locator("[data-age=ready]")).to_be_visible()
        styles = "[...document.styleSheets].every(sheet => sheet.cssRules.length > 100)"
        assert await cut_off.evaluate(styles)
    other = "fr" if lang.startswith("ar") else "ar"
    await cut_off.locator("a.kh-languages__item").first.click()
    await cut_off.wait_for_function("lang => document.documentElement.lang.startsWith(lang)", arg=other)
    await cut_off.goto(cut_off.url.partition("?")[0])
    assert (await cut_off.evaluate("document.documentElement.lang")).startswith(other)


@pytest.mark.parametrize("outcome", TITLES)
async def test_every_verdict_is_right_accessible_mirrored_and_narrow(
    cut_off: Page, site: PublicSite, listed: datetime, outcome: str
) -> None:
    if outcome in LATER:
        await cut_off.clock.set_fixed_time(listed + LATER[outcome])
        await cut_off.reload()
        await cut_off.wait_for_function(READY)
    await paste(cut_off, await document(site, outcome))
    shown = await cut_off.locator("#scanned h1").inner_text()
    if await cut_off.evaluate("document.documentElement.dir") == "ltr":
        await expect(title(cut_off)).to_have_text(TITLES[outcome])
    assert await cut_off.locator("#told").inner_text() == shown
    assert await cut_off.evaluate("document.activeElement.tagName") == "H1"
    assert await axe_violations(cut_off) == []
    assert await sideways_overflow(cut_off, 320) == []
    await cut_off.set_viewport_size({"width": 1024, "height": 800})
    assert (await mirror(cut_off, site.assets)).wrong == ()


async def test_a_picture_is_read_and_the_next_document_follows(cut_off: Page, site: PublicSite) -> None:
    french = await cut_off.evaluate("document.documentElement.dir") == "ltr"
    for outcome in ("valid", "revoked"):
        await scan(cut_off, await document(site, outcome))
        await expect(cut_off.locator("#scanned #code")).to_have_count(0)
        await expect(cut_off.get_by_text("Yassine Aït Ouâziz")).to_be_visible()
        if french:
            await expect(title(cut_off)).to_have_text(TITLES[outcome])
        await cut_off.locator("#scanned a[href='/v']").click()
        await expect(cut_off.locator("#scanned #code")).to_have_value("")
        assert "Yassine" not in await cut_off.content()


async def test_what_cannot_be_read_and_what_is_not_ours_is_said(french: Page) -> None:
    told = french.locator("[data-part=status]")
    await french.locator("[data-part=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    await expect(told).to_contain_text("Aucun code QR")
    await scan(french, "https://example.org/menu")
    await expect(told).to_contain_text("n'est pas celui d'une attestation")


async def test_after_a_day_nothing_is_green_and_what_is_bad_stays_bad(
    french: Page, site: PublicSite, listed: datetime
) -> None:
    await french.context.set_offline(offline=True)
    for later, outcome, expected in (
        (timedelta(hours=23, minutes=59), "valid", "valid"),
        (timedelta(hours=24, seconds=1), "valid", "stale"),
        (timedelta(hours=30), "revoked", "revoked"),
        (-timedelta(hours=1), "valid", "clock"),
    ):
        await french.clock.set_fixed_time(listed + later)
        await french.reload()
        await french.wait_for_function(READY)
        await paste(french, await document(site, outcome))
        await expect(title(french)).to_have_text(TITLES[expected])
        assert await french.locator(".kh-panel").count() == (expected == "valid")


async def test_a_typed_code_needs_a_network_and_says_so(cut_off: Page) -> None:
    await paste(cut_off, "0123-4567-89AB-CDEF-0")
    await expect(cut_off.locator("[data-part=status]")).not_to_be_empty()
    assert cut_off.url.partition("?")[0].endswith("/v")


async def test_the_keyboard_alone_checks_a_document(cut_off: Page, site: PublicSite) -> None:
    await cut_off.goto(cut_off.url)
    places = await keyboard_walk(cut_off)
    assert all(place["shown"] for place in places)
    assert all(place["height"] >= MINIMUM_TARGET_PX for place in places if place["tag"] == "BUTTON")
    await cut_off.locator("#code").focus()
    await cut_off.keyboard.insert_text(await document(site, "superseded"))
    await cut_off.keyboard.press("Enter")
    await expect(cut_off.locator("#scanned #code")).to_have_count(0)
    await cut_off.keyboard.press("Tab")
    assert await cut_off.evaluate("document.activeElement.getAttribute('href')") == "/v"
    await cut_off.keyboard.press("Enter")
    await expect(cut_off.locator("#scanned #code")).to_have_count(1)


async def test_no_request_carries_anything_of_what_is_checked(french: Page, site: PublicSite) -> None:
    outcomes = ["valid", "revoked", "suspended", "superseded", "expired", "forged", "unknown_key", "garbled"]
    before = len(site.asked)
    for turn in range(CHECKS):
        address = await document(site, outcomes[turn % len(outcomes)])
        await french.evaluate("hash => { location.hash = hash }", address.rpartition("#")[2])
        await expect(title(french)).to_have_text(TITLES[outcomes[turn % len(outcomes)]])
        if turn % 10 == 9:
            await french.reload()
    asked = site.asked[before:]
    assert len(asked) > CHECKS // 10
    for each in asked:
        assert each.method == "GET"
        assert "content-length" not in each.headers
        assert each.headers.get("referer", site.origin).removeprefix(site.origin) in SAME_FOR_ALL
        path = each.address
        assert path in SAME_FOR_ALL or path.startswith("/static/"), path


async def test_a_new_release_takes_the_place_of_the_old_one(french: Page, site: PublicSite) -> None:
    released = site.state.pages
    other = {**site.assets.names, "icon-512.png": site.assets.names["icon-192.png"]}
    newer = Pages("services.verification", Assets(other))
    assert await french.evaluate(SHELLS) == [shell_of(released).version]
    site.state.pages = newer
    try:
        await french.reload()
        await french.wait_for_function(ONLY_SHELL, arg=shell_of(newer).version)
        await french.context.set_offline(offline=True)
        await french.reload()
        await expect(french.locator("[data-age=ready]")).to_be_visible()
    finally:
        site.state.pages = released


async def test_half_a_release_is_never_kept(french: Page, site: PublicSite) -> None:
    released = site.state.pages
    absent = {**site.assets.names, "icon.svg": "icon.absent.svg"}
    site.state.pages = Pages("services.verification", Assets(absent))
    try:
        assert await french.evaluate(UPDATED) == "redundant"
    finally:
        site.state.pages = released
    await french.context.set_offline(offline=True)
    await french.goto(f"{site.origin}/v?lang=fr")
    await expect(french.locator("[data-age=ready]")).to_be_visible()
    assert "icon.absent" not in await french.content()


async def test_the_worker_meets_no_other_page_but_answers_for_none(french: Page, site: PublicSite) -> None:
    served: list[str] = []
    french.on("response", lambda answer: served.append(answer.url) if answer.from_service_worker else None)
    await french.goto(f"{site.origin}/v?lang=fr")
    await french.goto(f"{site.origin}/verify?lang=fr")
    pages = [url for url in served if "/static/" not in url]
    assert pages == [f"{site.origin}/v?lang=fr"]
    assert "camera=()" in (await french.request.get(f"{site.origin}/verify")).headers["permissions-policy"]
    assert "camera=(self)" in (await french.request.get(f"{site.origin}/v")).headers["permissions-policy"]


async def test_a_thousand_documents_by_the_road_are_all_judged_right(
    browser: Browser, site: PublicSite, listed: datetime
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    # Newer than the list of the other tests, so that it takes its place.
    await publish(site.service.deps, statuses(ROADSIDE), listed + timedelta(seconds=60))
    await ready(page, f"{site.origin}/v?lang=fr")
    await context.set_offline(offline=True)
    shown = await documents(site.qr_key, ROADSIDE)
    answers = await checked(page, shown)
    wrong = [
        (each.sort, outcome)
        for each, (outcome, _) in zip(shown, answers, strict=True)
        if outcome not in RIGHT[each.sort]
    ]
    assert wrong == []
    await context.close()
