"""Answers typed into a form survive the end of a session, for the one who typed them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from fastapi import APIRouter, Depends, Request
from httpx import Response

from libs.chassis.web.access import Allow, SignedInCaller
from libs.chassis.web.caller import Caller
from libs.chassis.web.kept import COOKIE, kept_answers
from tests.support.visitors import FORM, Site, build_site

router = APIRouter()
Applicant = Annotated[Caller, Depends(Allow("applicant"))]


@router.get("/requests/new")
async def form_page(request: Request, _caller: Applicant) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in (await kept_answers(request)).multi_items()]


@router.post("/requests/new")
async def submit(request: Request, _caller: Applicant) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in (await request.form()).multi_items()]


@router.get("/requests/{request_id}")
async def shown(request: Request, request_id: str, _caller: SignedInCaller) -> list[tuple[str, str]]:
    return [
        ("id", request_id),
        *((name, str(value)) for name, value in (await kept_answers(request)).items()),
    ]


@router.post("/requests/{request_id}/withdraw")
async def withdraw(request_id: str, _caller: SignedInCaller) -> str:
    return request_id


@pytest.fixture
def site() -> Site:
    return build_site(router)


def way_back(answer: Response) -> str:
    """Where login will lead back to."""
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query)["next"][0]


async def post_late(
    site: Site, caller: Caller, answers: dict[str, str | list[str]], path: str = "/requests/new"
) -> str:
    """Post with a session that has expired meanwhile; returns the way back."""
    cookie = site.cookie(caller)
    site.authority.clock.advance(timedelta(minutes=20))
    async with site.client(**FORM) as client:
        answer = await client.post(path, data=answers, headers=cookie)
    assert answer.headers["location"].startswith("/session?")
    return way_back(answer)


async def open_as(site: Site, caller: Caller, path: str, **cookies: str) -> dict[str, str]:
    async with site.client() as client:
        answer = await client.get(path, headers=site.cookie(caller, **cookies))
    assert answer.status_code == 200
    return dict(answer.json())


async def test_answers_come_back_after_the_session_was_renewed(site: Site) -> None:
    caller = site.authority.person()
    back = await post_late(site, caller, {"first": "one", "second": "two"})
    assert await open_as(site, caller, back) == {"first": "one", "second": "two"}


async def test_several_values_of_a_field_keep_their_order(site: Site) -> None:
    caller = site.authority.person()
    back = await post_late(site, caller, {"tick": ["b", "a"]})
    async with site.client() as client:
        answer = await client.get(back, headers=site.cookie(caller))
    assert answer.json() == [["tick", "b"], ["tick", "a"]]


async def test_somebody_else_does_not_see_them(site: Site) -> None:
    back = await post_late(site, site.authority.person(), {"first": "one"})
    assert await open_as(site, site.authority.person("person-2"), back) == {}


async def test_another_page_does_not_see_them(site: Site) -> None:
    caller = site.authority.person()
    query = urlsplit(await post_late(site, caller, {"first": "one"})).query
    assert await open_as(site, caller, f"/requests/77?{query}") == {"id": "77"}


async def test_they_are_gone_after_an_hour(site: Site) -> None:
    caller = site.authority.person()
    back = await post_late(site, caller, {"first": "one"})
    site.authority.clock.advance(timedelta(hours=1))
    assert await open_as(site, site.authority.person(), back) == {}


async def test_without_any_session_they_come_back_to_the_same_browser(site: Site) -> None:
    async with site.client(**FORM) as client:
        answer = await client.post("/requests/new", data={"first": "one"})
    assert answer.headers["location"].startswith("/login?")
    secret = answer.cookies[COOKIE]
    caller = site.authority.person()
    assert await open_as(site, caller, way_back(answer), **{COOKIE: secret}) == {"first": "one"}
    assert await open_as(site, caller, way_back(answer), **{COOKIE: "another-browser"}) == {}
    assert await open_as(site, caller, way_back(answer)) == {}


async def test_secrets_and_files_are_never_kept(site: Site) -> None:
    caller = site.authority.person()
    cookie = site.cookie(caller)
    site.authority.clock.advance(timedelta(minutes=20))
    fields = {"first": "one", "secret_code": "1234", "Password2": "x", "new-code": "y", "csrf_token": "z"}
    async with site.client(**FORM) as client:
        answer = await client.post("/requests/new", data=fields, files={"scan": b"%PDF-"}, headers=cookie)
    assert await open_as(site, caller, way_back(answer)) == {"first": "one"}


async def test_a_form_that_is_too_long_is_not_kept_but_leads_back(site: Site) -> None:
    assert await post_late(site, site.authority.person(), {"first": "x" * 40_000}) == "/requests/new"


async def test_the_query_of_the_page_is_kept_too(site: Site) -> None:
    caller = site.authority.person()
    back = await post_late(site, caller, {"first": "one"}, "/requests/new?for=7")
    assert dict(parse_qsl(urlsplit(back).query))["for"] == "7"
    assert await open_as(site, caller, back) == {"first": "one"}


async def test_a_path_that_only_takes_posts_leads_to_the_page_above(site: Site) -> None:
    caller = site.authority.person()
    back = await post_late(site, caller, {"why": "mind changed"}, "/requests/77/withdraw")
    assert urlsplit(back).path == "/requests/77"
    assert await open_as(site, caller, back) == {"id": "77", "why": "mind changed"}


async def test_a_good_session_posts_as_ever(site: Site) -> None:
    async with site.client(**FORM) as client:
        cookie = site.cookie(site.authority.person())
        answer = await client.post("/requests/new", data={"first": "one"}, headers=cookie)
    assert answer.json() == [["first", "one"]]


async def test_an_invented_id_shows_nothing(site: Site) -> None:
    assert await open_as(site, site.authority.person(), "/requests/new?kept=invented") == {}
