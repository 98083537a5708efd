"""What the page that checks without a network hands to browsers: itself, its worker and its manifest."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.verification import pages
from services.verification.pages.offline import shell_of
from tests.support.verifying import PAGES, verifying
from tests.support.visitors import Site, build_site


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> Site:
    built = build_site(pages.router, translate=PAGES.word, on_error=PAGES.on_error)
    built.app.state.deps, built.app.state.pages = (await verifying()).deps, PAGES
    return built


@pytest_asyncio.fixture(loop_scope="session")
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with site.client(accept="text/html") as opened:
        yield opened


async def test_the_page_is_the_same_for_whoever_is_signed_in(site: Site, client: httpx.AsyncClient) -> None:
    cookie = site.cookie(site.authority.person())
    known = await client.get("/v?lang=fr", headers=cookie)
    assert known.text == (await client.get("/v?lang=fr")).text
    assert "/logout" not in known.text


@pytest.mark.parametrize("path", ["/v", "/V"])
async def test_the_page_alone_may_ask_for_the_camera_and_tells_its_version_and_language(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(f"{path}?lang=fr")
    assert answer.headers["permissions-policy"].startswith("camera=(self),")
    assert answer.headers["content-language"] == "fr"
    assert answer.headers["khadamaty-shell"] == shell_of(PAGES).version
    assert (await client.get("/verify")).headers["permissions-policy"].startswith("camera=(),")


async def test_the_worker_may_answer_for_the_page_and_names_all_that_the_page_loads(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/v/worker.js")
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["content-type"].startswith("text/javascript")
    told = re.match(r"self\.SHELL = (\{.*\});\n", answer.text)
    assert told
    kept = json.loads(told[1])
    assert kept["version"] == shell_of(PAGES).version
    for address in kept["pages"].values():
        html = (await client.get(address)).text
        loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+|/v/[^"]+)"', html))
        assert loaded
        assert loaded <= set(kept["files"])


def test_every_other_file_makes_another_version() -> None:
    versions = {
        shell_of(Pages("services.verification", Assets(names))).version
        for names in (
            {},
            {"worker.js": "worker.1.js"},
            {"scanned.js": "scanned.1.js"},
            {"icon-512.png": "i.png"},
        )
    }
    assert len(versions) == 4


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("fr", "ltr")])
async def test_an_installed_page_has_a_name_in_its_language(
    client: httpx.AsyncClient, lang: str, direction: str
) -> None:
    answer = await client.get(f"/v/{lang}.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert (told["dir"], told["start_url"]) == (direction, "/v")
    assert told["name"] == PAGES.word(lang, "app.name")
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


async def test_there_is_no_manifest_in_other_languages(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v/en.webmanifest")).status_code == 404
