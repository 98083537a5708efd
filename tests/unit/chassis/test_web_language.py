"""The language: asked for, else kept, else preferred, else Arabic."""

from __future__ import annotations

import pytest
from fastapi import APIRouter

from libs.chassis.web.access import AnyCaller
from libs.chassis.web.language import Lang, accepted_language
from tests.support.visitors import build_site, probe_settings

router = APIRouter()


@router.get("/lang")
async def told(lang: Lang, _caller: AnyCaller) -> str:
    return lang


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "lang"),
    [
        ("", "", "", "ar"),
        ("", "", "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("", "", "en;q=0.9,fr;q=0.3,ar;q=0.2", "fr"),
        ("", "ar", "fr", "ar"),
        ("", "xx", "fr", "fr"),
        ("?lang=fr", "ar", "ar", "fr"),
        ("?lang=xx", "fr", "ar", "fr"),
        ("?lang=ar&lang=fr", "", "", "fr"),
        ("", "", "de,es", "ar"),
    ],
)
async def test_the_language_is_chosen_in_order(query: str, cookie: str, accept: str, lang: str) -> None:
    headers = {"accept-language": accept} | ({"cookie": f"lang={cookie}"} if cookie else {})
    async with build_site(router).client(**headers) as client:
        assert (await client.get(f"/lang{query}")).json() == lang


async def test_a_language_that_was_asked_for_is_kept() -> None:
    async with build_site(router).client() as client:
        asked = await client.get("/lang?lang=fr")
        later = await client.get("/lang")
    assert later.json() == "fr"
    assert "set-cookie" not in later.headers
    assert "Secure" not in asked.headers["set-cookie"]
    assert "SameSite=Lax" in asked.headers["set-cookie"]


async def test_the_cookie_is_for_https_where_https_is_spoken() -> None:
    site = build_site(router, settings=probe_settings(public_origin="https://portal.example"))
    async with site.client() as client:
        assert "; Secure" in (await client.get("/lang?lang=fr")).headers["set-cookie"]


async def test_caches_are_told_what_the_answer_depends_on() -> None:
    async with build_site(router).client() as client:
        vary = (await client.get("/lang")).headers["vary"].lower()
    assert "cookie" in vary
    assert "accept-language" in vary


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", None),
        ("fr;q=0", None),
        ("fr;q=nonsense,ar;q=0.1", "ar"),
        ("AR-ma", "ar"),
        ("*", None),
        ("fr ; q=0.5", "fr"),
    ],
)
def test_odd_preferences_are_read_with_care(header: str, lang: str | None) -> None:
    assert accepted_language(header) == lang
