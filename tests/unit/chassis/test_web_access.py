"""Who gets in, and where those are sent who don't."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.routing import Route

from libs.chassis.web.access import (
    Allow,
    AnyCaller,
    Fresh,
    Internal,
    Public,
    SignedIn,
    SignedInCaller,
    declared_access,
)
from libs.chassis.web.app import UndeclaredAccess
from libs.chassis.web.caller import Caller
from libs.chassis.web.sessions import COOKIE
from tests.support.visitors import FORM, Site, build_site

router = APIRouter()


@router.get("/open")
async def open_page(caller: AnyCaller) -> str:
    return caller.kind


@router.get("/space/{section}")
async def space(section: str, caller: SignedInCaller) -> str:
    return f"{section}:{caller.id}"


@router.get("/staff/register")
async def register(caller: Annotated[Caller, Depends(Allow("registrar", "signatory"))]) -> str:
    return ",".join(sorted(caller.roles))


@router.get("/staff/sign")
async def signing_page(caller: Annotated[Caller, Depends(Fresh(5, "signatory"))]) -> str:
    return caller.id


@router.post("/staff/sign")
async def sign(caller: Annotated[Caller, Depends(Fresh(5, "signatory"))]) -> str:
    return caller.id


@router.get("/api/probe/v1/things")
async def things(caller: SignedInCaller) -> str:
    return caller.id


@router.get("/api/probe/v1/secrets")
async def secrets(caller: Annotated[Caller, Depends(Fresh(5))]) -> str:
    return caller.id


@pytest.fixture
def site() -> Site:
    return build_site(router)


def target(location: str) -> tuple[str, dict[str, list[str]]]:
    split = urlsplit(location)
    assert not split.netloc
    return split.path, parse_qs(split.query)


async def test_a_stranger_may_see_what_is_public(site: Site) -> None:
    async with site.client() as client:
        assert (await client.get("/open")).json() == "anonymous"


async def test_a_known_caller_is_recognised_on_a_public_page(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/open", headers=site.cookie(site.authority.person()))
    assert answer.json() == "person"


@pytest.mark.parametrize("token", ["nonsense", "a.b.c"])
async def test_a_false_token_is_no_reason_to_close_a_public_page(site: Site, token: str) -> None:
    async with site.client() as client:
        answer = await client.get("/open", headers={"cookie": f"{COOKIE}={token}"})
    assert answer.json() == "anonymous"


async def test_a_signed_in_caller_gets_in(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/space/messages", headers=site.cookie(site.authority.person()))
    assert answer.json() == "messages:person-1"


async def test_a_stranger_is_sent_to_login_and_back_to_the_same_address(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/space/messages?page=2&lang=fr")
    assert answer.status_code == 303
    assert target(answer.headers["location"]) == ("/login", {"next": ["/space/messages?page=2&lang=fr"]})


async def test_a_stranger_on_a_page_of_the_staff_is_sent_to_their_login(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/staff/register")
    assert target(answer.headers["location"]) == ("/staff/login", {"next": ["/staff/register"]})


async def test_an_expired_session_is_renewed_on_the_way(site: Site) -> None:
    cookie = site.cookie(site.authority.person())
    site.authority.clock.advance(timedelta(minutes=20))
    async with site.client() as client:
        answer = await client.get("/space/messages?page=2", headers=cookie)
    assert answer.status_code == 303
    assert target(answer.headers["location"]) == ("/session", {"next": ["/space/messages?page=2"]})


async def test_an_ended_session_starts_again_at_login(site: Site) -> None:
    cookie = site.cookie(site.authority.person())
    site.authority.ended.add("session-of-person-1")
    async with site.client() as client:
        answer = await client.get("/space/messages", headers=cookie)
    assert target(answer.headers["location"])[0] == "/login"


async def test_a_program_without_a_session_gets_a_problem(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/api/probe/v1/things")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"].endswith("/problems/not-signed-in")


async def test_a_program_with_an_expired_token_is_told_so(site: Site) -> None:
    token = site.authority.token(site.authority.person())
    site.authority.clock.advance(timedelta(minutes=20))
    async with site.client(authorization=f"Bearer {token}") as client:
        answer = await client.get("/api/probe/v1/things")
    assert answer.json()["type"].endswith("/problems/session-expired")


async def test_a_program_with_a_good_token_gets_in(site: Site) -> None:
    async with site.client(authorization=f"Bearer {site.authority.token(site.authority.person())}") as client:
        assert (await client.get("/api/probe/v1/things")).json() == "person-1"


async def test_one_of_the_roles_is_enough(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get(
            "/staff/register", headers=site.cookie(site.authority.hire("s1", "registrar"))
        )
    assert answer.json() == "registrar"


async def test_a_missing_role_is_forbidden_not_hidden_behind_a_login(site: Site) -> None:
    async with site.client(accept="text/html") as client:
        answer = await client.get("/staff/register", headers=site.cookie(site.authority.person()))
    assert answer.status_code == 403
    assert "403 forbidden" in answer.text


async def test_a_role_that_was_taken_away_no_longer_opens(site: Site) -> None:
    cookie = site.cookie(site.authority.hire("s1", "registrar"))
    site.authority.hire("s1", "controller")
    async with site.client() as client:
        assert (await client.get("/staff/register", headers=cookie)).status_code == 403


async def test_a_recent_proof_is_asked_for_again_after_its_minutes(site: Site) -> None:
    cookie = site.cookie(site.authority.hire("s1", "signatory"))
    site.authority.clock.advance(timedelta(minutes=5))
    async with site.client() as client:
        assert (await client.get("/staff/sign", headers=cookie)).json() == "s1"
        site.authority.clock.advance(timedelta(seconds=1))
        answer = await client.get("/staff/sign", headers=cookie)
        posted = await client.post("/staff/sign", headers=cookie | FORM)
    assert target(answer.headers["location"]) == ("/session", {"next": ["/staff/sign"], "fresh": ["5"]})
    assert posted.status_code == 303
    assert target(posted.headers["location"]) == ("/session", {"next": ["/staff/sign"], "fresh": ["5"]})


async def test_a_recent_proof_does_not_replace_the_role(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/staff/sign", headers=site.cookie(site.authority.person()))
    assert answer.status_code == 403


async def test_a_program_is_told_that_its_proof_is_old(site: Site) -> None:
    token = site.authority.token(site.authority.person())
    site.authority.clock.advance(timedelta(minutes=6))
    async with site.client(authorization=f"Bearer {token}") as client:
        answer = await client.get("/api/probe/v1/secrets")
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/problems/not-fresh")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
async def test_probes_answer_inside_and_not_through_the_gateway(site: Site, path: str) -> None:
    async with site.client() as client:
        assert (await client.get(path)).status_code == 200
        assert (await client.get(path, headers={"x-forwarded-for": "198.51.100.7"})).status_code == 404


def test_each_declaration_is_told_in_words() -> None:
    told = {route.path: declared_access(route) for route in router.routes if isinstance(route, APIRoute)}
    assert told["/open"] == "public"
    assert told["/space/{section}"] == "signed in"
    assert told["/staff/register"] == "one of registrar, signatory"
    assert told["/staff/sign"] == "one of signatory, authenticated within 5 min"
    assert [str(access) for access in (Internal(), Public(), SignedIn())] == [
        "internal",
        "public",
        "signed in",
    ]


def test_declarations_of_router_and_route_are_both_told() -> None:
    staff_only = APIRouter(dependencies=[Depends(Allow("registrar"))])

    @staff_only.get("/both")
    async def both(caller: SignedInCaller) -> str:
        return caller.id

    told = declared_access(staff_only.routes[0])
    assert told is not None
    assert set(told.split(" and ")) == {"signed in", "one of registrar"}


def test_a_plain_route_declares_nothing() -> None:
    assert declared_access(Route("/plain", lambda _request: None)) is None


def test_a_service_with_an_undeclared_route_does_not_start() -> None:
    silent = APIRouter()

    @silent.get("/silent")
    async def nothing_said() -> None: ...

    with pytest.raises(UndeclaredAccess, match="/silent"):
        build_site(router, silent)


def test_allowing_no_role_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="role"):
        Allow()
