"""What tests of the staff's pages share: the site over fakes, good answers, doing an act like a browser."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from libs.ui.pages import Pages
from services.requests import api, pages
from tests.support.requests_world import PDF, World
from tests.support.visitors import Site, build_site

SHOWN = Pages("services.requests")
LANGUAGES = pytest.mark.parametrize("lang", ["ar", "fr"])
HOLDER = {
    "arabic_family_name": "العائلة",
    "arabic_given_name": "الاسم",
    "latin_family_name": "Famille",
    "latin_given_name": "Prénom",
    "sex": "male",
    "birth_precision": "day",
    "birth_place": "مدينة",
}
OPINION = {"mental_degree": "profound", "mental_duration": "permanent", "mental_companion": "yes"}
REFUSAL = {"reason": "not_entitled", "text": "Texte du motif"}

Enter = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def site_of(world: World) -> Site:
    """The pages and the JSON interface of requests over a world's fakes."""
    site = build_site(api.router, pages.router, translate=SHOWN.word, on_error=SHOWN.on_error)
    site.app.state.deps = world.deps
    site.app.state.pages = SHOWN
    return site


async def act(
    client: httpx.AsyncClient, request_id: str, name: str, data: dict[str, str | list[str]] | None = None
) -> None:
    """Open an act's page from the file, do it, and read the file that follows."""
    address = f"/staff/requests/{request_id}"
    file = await client.get(address)
    assert f'href="{address}/{name}"' in file.text
    page = await client.get(f"{address}/{name}")
    assert page.status_code == 200
    answer = await client.post(f"{address}/{name}", data=data or {})
    assert (answer.status_code, answer.headers.get("location")) == (303, f"{address}?done={name}"), (
        answer.text
    )
    assert SHOWN.word("fr", f"staff.done.{name}") in (await client.get(answer.headers["location"])).text


async def upload(
    client: httpx.AsyncClient, request_id: str, content: bytes = PDF, kind: str = "medical_file"
) -> httpx.Response:
    files = {"scan": ("scan.pdf", content, "application/octet-stream")}
    address = f"/staff/requests/{request_id}/scans"
    return await client.post(address, data={"kind": kind}, files=files)
