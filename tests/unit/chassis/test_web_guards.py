"""What changes something must come from our own pages, fit in size, and find the outbox healthy."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, Request

from libs.chassis.web.access import AnyCaller, NobodysCaller
from tests.support.visitors import FORM, ORIGIN, build_site, probe_settings

router = APIRouter()


@router.post("/change")
async def change(request: Request, _caller: AnyCaller) -> int:
    return len(await request.body())


@router.post("/scans", max_body_size=2000)
async def scan(request: Request, _caller: AnyCaller) -> int:
    return len(await request.body())


@router.post("/api/probe/v1/changes")
async def change_by_program(_caller: AnyCaller) -> None: ...


@router.post("/api/probe/v1/things/{thing}/proved")
async def prove(thing: str, _caller: NobodysCaller) -> str:
    return thing


@router.post("/api/probe/v1/things/cookie/proved")
async def heed(_caller: AnyCaller) -> None: ...


@router.get("/change")
async def page(_caller: AnyCaller) -> None: ...


OURS = {
    "our origin": {"origin": ORIGIN},
    "a browser's word": {"sec-fetch-site": "same-origin"},
    "a browser's word, with the origin withheld": {"sec-fetch-site": "same-origin", "origin": "null"},
    "a reload, with our origin": {"sec-fetch-site": "none", "origin": ORIGIN},
}
FOREIGN = {
    "nothing at all": {},
    "another site": {"origin": "https://phish.example"},
    "another site that a browser tells of": {"sec-fetch-site": "cross-site", "origin": ORIGIN},
    "a neighbour's subdomain": {"sec-fetch-site": "same-site"},
    "a user's own doing, with no origin": {"sec-fetch-site": "none"},
    "an opaque origin": {"origin": "null"},
    "another port": {"origin": "http://localhost:9999"},
    "another scheme": {"origin": "https://localhost:8080"},
    "our origin as a prefix": {"origin": f"{ORIGIN}.phish.example"},
    "our origin as a user name": {"origin": "http://localhost:8080@phish.example"},
    "a port that isn't one": {"origin": "http://localhost:port"},
    "authorization outside the api": {"authorization": "Bearer x"},
}


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
async def test_a_form_of_ours_passes(headers: dict[str, str]) -> None:
    async with build_site(router).client() as client:
        assert (await client.post("/change", headers=headers)).status_code == 200


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_a_form_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    async with build_site(router).client() as client:
        answer = await client.post("/change", headers=headers | {"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["type"] == f"{ORIGIN}/problems/cross-site"


async def test_a_session_does_not_help_another_site() -> None:
    site = build_site(router)
    headers = site.cookie(site.authority.person()) | {"origin": "https://phish.example"}
    async with site.client() as client:
        assert (await client.post("/change", headers=headers)).status_code == 403


async def test_a_program_with_authorization_needs_no_origin() -> None:
    async with build_site(router).client() as client:
        allowed = await client.post("/api/probe/v1/changes", headers={"authorization": "Bearer x"})
        refused = await client.post("/api/probe/v1/changes")
    assert (allowed.status_code, refused.status_code) == (200, 403)


async def test_where_no_cookie_counts_no_origin_is_needed_unless_one_counts_at_that_very_path() -> None:
    async with build_site(router).client() as client:
        proved = await client.post("/api/probe/v1/things/a-thing/proved")
        deeper = await client.post("/api/probe/v1/things/a/thing/proved")
        heeded = await client.post("/api/probe/v1/things/cookie/proved")
    assert (proved.status_code, deeper.status_code, heeded.status_code) == (200, 403, 403)


async def test_reading_needs_no_origin() -> None:
    async with build_site(router).client() as client:
        headers = {"sec-fetch-site": "cross-site"}
        assert (await client.get("/change", headers=headers)).status_code == 200


@pytest.mark.parametrize("alias", ["http://127.0.0.1:8080", "http://[::1]:8080"])
async def test_names_of_the_loopback_count_as_one_in_development_only(alias: str) -> None:
    development = build_site(router, settings=probe_settings(environment="development"))
    production = build_site(router, settings=probe_settings(environment="production"))
    answers = []
    for site in (development, production):
        async with site.client() as client:
            answers.append((await client.post("/change", headers={"origin": alias})).status_code)
    assert answers == [200, 403]


async def test_writes_are_shed_while_the_gate_is_closed_and_reads_are_not() -> None:
    async with build_site(router, gate=lambda: False).client(accept="application/json") as client:
        shed = await client.post("/change", headers=FORM)
        read = await client.get("/change")
    assert shed.status_code == 503
    assert int(shed.headers["retry-after"]) > 0
    assert shed.json()["type"].endswith("/problems/overloaded")
    assert read.status_code == 200


async def _in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_a_body_over_the_cap_is_told_in_our_words(accept: str) -> None:
    async with build_site(router, max_body_bytes=1000).client(accept=accept) as client:
        declared = await client.post("/change", content=b"x" * 1001, headers=FORM)
        streamed = await client.post("/change", content=_in_pieces(1100), headers=FORM)
    for answer in (declared, streamed):
        assert answer.status_code == 413
        assert "too-large" in answer.text
        assert answer.headers["content-type"].startswith(("application/problem+json", "text/html"))


async def test_a_route_may_set_its_own_cap() -> None:
    async with build_site(router, max_body_bytes=1000).client(**FORM) as client:
        assert (await client.post("/change", content=b"x" * 1000)).json() == 1000
        assert (await client.post("/scans", content=b"x" * 2000)).json() == 2000
        assert (await client.post("/scans", content=b"x" * 2001)).status_code == 413
