"""In a browser: a scanned code answers by itself, a typed one without JavaScript, and pages hold up."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from libs.contracts.code import format_code
from tests.support.browser import axe_violations, mirror, sideways_overflow
from tests.support.verifying import CODE, PublicSite

TYPED = format_code(CODE)


async def test_a_scanned_code_is_checked_and_leaves_the_address(page: Page, site: PublicSite) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{site.origin}/v#{TYPED}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Attestation authentique et valide")
    assert page.url == f"{site.origin}/verify"
    assert not any(CODE[:4] in url for url in asked)
    await page.go_back()
    assert TYPED not in page.url


async def test_without_javascript_the_code_is_typed_and_the_content_compared(
    browser: Browser, site: PublicSite
) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="ar-MA")
    page = await context.new_page()
    await page.goto(f"{site.origin}/v#{TYPED}")
    await page.get_by_label("رمز التحقق").fill(TYPED.lower())
    await page.get_by_role("button", name="تحقق").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("شهادة صحيحة وسارية")
    for part, typed in (("day", "8"), ("month", "3"), ("year", "1994")):
        await page.locator(f"[name=birth_date-{part}]").fill(typed)
    await page.get_by_role("button", name="عرض المضمون").click()
    await expect(page.get_by_text("ياسين أيت وَعزيز")).to_be_visible()
    await expect(page.get_by_text("ZZ100005")).to_be_visible()
    await context.close()


async def shown(page: Page, site: PublicSite, lang: str, what: str) -> None:
    """Bring the page to one of its faces."""
    await page.goto(f"{site.origin}/verify?lang={lang}")
    typed = {"form": "", "error": TYPED.replace("8", "B", 1), "unknown": "0" * 17}.get(what, TYPED)
    if what == "form":
        return
    await page.locator("#code").fill(typed)
    await page.locator("main button").first.click()
    if what == "content":
        for part, value in (("day", "8"), ("month", "3"), ("year", "1994")):
            await page.locator(f"[name=birth_date-{part}]").fill(value)
        await page.locator("main button").first.click()


@pytest.mark.parametrize("what", ["form", "error", "answer", "content", "unknown"])
@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_every_face_is_accessible_mirrored_and_narrow(
    page: Page, site: PublicSite, lang: str, what: str
) -> None:
    await shown(page, site, lang, what)
    assert await axe_violations(page) == []
    assert await sideways_overflow(page, 320) == []
    await page.set_viewport_size({"width": 1024, "height": 800})
    assert (await mirror(page, site.assets)).wrong == ()
