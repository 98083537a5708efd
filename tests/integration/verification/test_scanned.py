"""In a browser: a scanned payload is read and its seal checked on the page, also without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

from libs.contracts.code import format_code
from libs.contracts.qr import DocumentKind, QrClaims, address_of
from libs.ui.formats import Formats
from libs.ui.languages import LANGUAGES
from tests.support.browser import axe_violations, mirror, sideways_overflow
from tests.support.offline import READY
from tests.support.qr_keys import OwnQrKey
from tests.support.verifying import CODE, PublicSite

CLAIMS: Final = QrClaims(
    number="2026/000123",
    version=1,
    kind=DocumentKind.CERTIFICATE,
    issued_on=date(2026, 11, 20),
    valid_until=date(2099, 8, 1),
    arabic_name="ياسين أيت وَعزيز",
    latin_name="Yassine Aït Ouâziz",
    code=CODE,
    status_index=70_000,
)
TITLES: Final = {
    "genuine": "Sceau authentique",
    "expired": "Document expiré",
    "forged": "Sceau non authentique",
    "unknown_key": "Sceau impossible à vérifier ici",
    "garbled": "Code illisible",
    "unable": "Sceau impossible à vérifier avec ce navigateur",
}

# What the page says to one fragment after the other.
_TITLES_OF: Final = """async fragments => {
  const scanned = document.getElementById("scanned"), titles = [];
  for (const fragment of fragments) {
    scanned.replaceChildren();
    const shown = new Promise(done => new MutationObserver((_, observer) => {
      observer.disconnect();
      done();
    }).observe(scanned, { childList: true }));
    location.hash = fragment;
    await shown;
    titles.push(scanned.querySelector("h1").textContent.trim());
  }
  return titles;
}"""


async def address(site: PublicSite, claims: QrClaims = CLAIMS) -> str:
    """Where a genuine QR code leads; browsers fold the capitals of scheme and host."""
    return await site.qr_key.address(claims, site.origin)


async def has_title(page: Page, outcome: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[outcome])


async def spoiled(site: PublicSite, outcome: str) -> str:
    """An address that comes to something else than a genuine seal."""
    payload = await site.qr_key.payload(CLAIMS)
    other = await OwnQrKey().payload(CLAIMS)
    spoiled = {
        "forged": payload.replace(b"Yassine", b"Yassina"),
        "unknown_key": other,
        "garbled": payload[:-1],
    }
    return address_of(spoiled[outcome], site.origin)


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_a_genuine_payload_is_shown_and_neither_it_nor_its_digits_reach_the_server(
    page: Page, site: PublicSite, lang: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    where = (await address(site)).replace("/V#", f"/V?lang={lang}#")
    await page.goto(where)
    main = page.locator("main")
    day = Formats(LANGUAGES[lang]).day
    for shown in (
        "2026/000123",
        CLAIMS.arabic_name,
        CLAIMS.latin_name,
        day(date(2026, 11, 20)),
        day(date(2099, 8, 1)),
    ):
        await expect(main.get_by_text(shown, exact=True)).to_be_visible()
    digits = where.rpartition("#")[2]
    assert asked
    assert not any(digits[:20] in url or CODE[:4] in url for url in asked)
    assert "#" not in page.url


async def test_without_a_network_another_code_is_read_on_the_same_page(page: Page, site: PublicSite) -> None:
    await page.goto(f"{site.origin}/V?lang=fr")
    await page.wait_for_function(READY)
    await page.context.set_offline(offline=True)
    await page.evaluate("hash => { location.hash = hash }", (await address(site)).rpartition("#")[2])
    await has_title(page, "genuine")
    await page.evaluate(
        "hash => { location.hash = hash }", (await spoiled(site, "forged")).rpartition("#")[2]
    )
    await has_title(page, "forged")
    assert CLAIMS.latin_name not in await page.inner_text("main")
    await page.context.set_offline(offline=False)


async def test_the_status_is_asked_with_the_code_alone(page: Page, site: PublicSite) -> None:
    await page.goto(await address(site))
    async with page.expect_request("**/verify") as posted:
        await page.get_by_role("button", name="Connaître son état aujourd'hui").click()
    assert (await posted.value).post_data == f"code={format_code(CODE)}"
    await expect(page.get_by_role("heading", level=1)).to_have_text("Attestation authentique et valide")


@pytest.mark.parametrize("outcome", ["forged", "unknown_key", "garbled"])
async def test_anything_else_is_told_in_plain_words_and_shows_nothing_of_it(
    page: Page, site: PublicSite, outcome: str
) -> None:
    await page.goto(await spoiled(site, outcome))
    await has_title(page, outcome)
    told = await page.inner_text("main")
    assert not any(word in told for word in ("2026/000123", "Ouâziz", "Yassin", CLAIMS.arabic_name))


async def test_every_truncated_payload_is_garbled_and_every_changed_byte_is_not_genuine(
    page: Page, site: PublicSite
) -> None:
    payload = await site.qr_key.payload(CLAIMS)
    cut = [payload[:end] for end in range(40, len(payload), 7)]
    changed = [
        payload[:place] + bytes([payload[place] ^ flip]) + payload[place + 1 :]
        for flip in (1, 0x80, 0xFF)
        for place in range(0, len(payload), 3)
    ]
    digits = [address_of(broken, "").rpartition("#")[2] for broken in [*cut, *changed]]
    await page.goto(f"{site.origin}/V?lang=fr")
    titles = await page.evaluate(_TITLES_OF, digits)
    assert set(titles[: len(cut)]) == {TITLES["garbled"]}
    assert set(titles[len(cut) :]) == {TITLES[each] for each in ("forged", "unknown_key", "garbled")}


async def test_one_without_end_an_expired_one_and_a_long_name_say_so(page: Page, site: PublicSite) -> None:
    long = "Abderrahmane " * 9
    claims = replace(CLAIMS, valid_until=None, latin_name=long.strip(), arabic_name="")
    await page.goto(await address(site, claims))
    await has_title(page, "genuine")
    text = await page.inner_text("main")
    assert "sans limite" in text
    assert "trois points" in text
    assert "Nom en arabe" not in text
    assert "dépassée" not in text
    await page.goto("about:blank")
    await page.goto(
        await address(site, replace(CLAIMS, kind=DocumentKind.CARD, valid_until=date(2026, 11, 19)))
    )
    await has_title(page, "expired")
    text = await page.inner_text("main")
    assert "dépassée" in text
    assert "19 novembre 2026" in text
    assert "Carte" in text


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_months_are_named_as_on_all_other_pages(page: Page, site: PublicSite, lang: str) -> None:
    await page.goto(f"{site.origin}/V?lang={lang}")
    named = await page.evaluate(
        """() => [...Array(12).keys()].map(month => new Intl.DateTimeFormat(document.documentElement.lang,
            { dateStyle: "long", timeZone: "UTC" }).format(Date.UTC(2026, month, 1)))"""
    )
    assert named == [Formats(LANGUAGES[lang]).day(date(2026, month, 1)) for month in range(1, 13)]


async def test_the_other_language_shows_the_same_payload(page: Page, site: PublicSite) -> None:
    await page.goto(await address(site))
    await page.locator("a[hreflang=ar-MA]").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("الختم صحيح")
    assert "#" not in page.url


async def test_a_browser_that_checks_no_signatures_says_so(browser: Browser, site: PublicSite) -> None:
    context = await browser.new_context(locale="fr-MA")
    await context.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page = await context.new_page()
    await page.goto(await address(site))
    await has_title(page, "unable")
    assert await axe_violations(page) == []
    await page.get_by_role("button", name="Connaître son état aujourd'hui").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Attestation authentique et valide")
    await context.close()


@pytest.mark.parametrize("outcome", ["genuine", "forged", "unknown_key", "garbled"])
@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_every_outcome_is_accessible_mirrored_and_narrow(
    page: Page, site: PublicSite, lang: str, outcome: str
) -> None:
    where = await address(site) if outcome == "genuine" else await spoiled(site, outcome)
    await page.goto(where.replace("/V#", f"/V?lang={lang}#"))
    await expect(page.locator("#scanned #code")).to_have_count(0)
    assert await axe_violations(page) == []
    assert await sideways_overflow(page, 320) == []
    await page.set_viewport_size({"width": 1024, "height": 800})
    assert (await mirror(page, site.assets)).wrong == ()
