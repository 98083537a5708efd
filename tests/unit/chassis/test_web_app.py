"""What surrounds every route: ids, headers, and failures told in the form that was asked for."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from libs.chassis.correlation import correlation_id, traceparent
from libs.chassis.errors import DependencyDown, NotFound, Stale
from libs.chassis.web.access import AnyCaller
from libs.chassis.web.errors import CHASSIS_SLUGS, TooManyAttempts
from tests.support.visitors import FORM, ORIGIN, build_site, probe_settings

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
router = APIRouter()


class DriverGone(Exception):
    """Stands for a driver's failure."""


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int
    parts: list[int] = []


@router.get("/causes")
async def causes(_caller: AnyCaller) -> list[str]:
    return [correlation_id(), traceparent()]


@router.get("/page")
async def page(_caller: AnyCaller) -> HTMLResponse:
    return HTMLResponse("<p>page", headers={"cache-control": "public, max-age=60"})


@router.get("/fail/{kind}")
async def fail(kind: str, _caller: AnyCaller) -> None:
    failures: dict[str, Exception] = {
        "missing": NotFound(what="thing"),
        "stale": Stale(),
        "driver": DriverGone("with ZZ123 in it"),
        "often": TooManyAttempts(retry_after_s=77),
        "framework": HTTPException(418, "ZZ123"),
        "unforeseen": RuntimeError("with ZZ123 in it"),
    }
    raise failures[kind]


@router.post("/api/probe/v1/things")
async def make(thing: Thing, _caller: AnyCaller) -> int:
    return thing.count


@router.post("/things")
async def make_by_form(count: Annotated[int, Form()], _caller: AnyCaller) -> int:
    return count


async def get(path: str, accept: str = "text/html", **headers: str) -> Any:
    site = build_site(router, failures={DriverGone: DependencyDown})
    async with site.client(accept=accept, **headers) as client:
        return await client.get(path)


async def test_a_request_gets_an_id_that_comes_back() -> None:
    answer = await get("/causes")
    assert answer.headers["x-request-id"] == answer.json()[0]
    assert len(answer.json()[0]) == 36


async def test_a_request_keeps_the_id_and_the_trace_that_it_came_with() -> None:
    answer = await get("/causes", **{"x-request-id": "gateway-0001", "traceparent": PARENT})
    assert answer.json() == ["gateway-0001", PARENT]
    assert answer.headers["x-request-id"] == "gateway-0001"


@pytest.mark.parametrize("invented", ["short", "x" * 65, "line{break", "has spaces in it"])
async def test_an_id_or_trace_of_another_shape_is_replaced(invented: str) -> None:
    answer = await get("/causes", **{"x-request-id": invented, "traceparent": invented})
    assert answer.json()[0] != invented
    assert answer.json()[1] == ""


@pytest.mark.parametrize("path", ["/page", "/nowhere", "/fail/unforeseen", "/livez"])
async def test_every_answer_is_protected(path: str) -> None:
    headers = (await get(path)).headers
    policy = headers["content-security-policy"]
    for directive in (
        "default-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["x-request-id"]


async def test_only_https_is_promised_where_https_is_spoken() -> None:
    assert "strict-transport-security" not in (await get("/page")).headers
    site = build_site(router, settings=probe_settings(public_origin="https://portal.example"))
    async with site.client() as client:
        assert "max-age" in (await client.get("/page")).headers["strict-transport-security"]


async def test_what_a_session_was_shown_is_not_stored_whatever_the_route_says() -> None:
    site = build_site(router)
    async with site.client() as client:
        public = await client.get("/page")
        private = await client.get("/page", headers=site.cookie(site.authority.person()))
    assert public.headers["cache-control"] == "public, max-age=60"
    assert private.headers["cache-control"] == "no-store"


async def test_a_failure_is_a_page_to_a_browser() -> None:
    answer = await get("/fail/missing", "text/html,application/xhtml+xml,*/*;q=0.8")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "404 not-found" in answer.text
    assert answer.headers["x-request-id"] in answer.text


@pytest.mark.parametrize(
    "accept", ["application/json", "application/problem+json", "text/html;q=0.1,application/json"]
)
async def test_a_failure_is_a_problem_to_a_program(accept: str) -> None:
    answer = await get("/fail/missing?lang=fr", accept)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "fr"
    assert answer.json() == {
        "type": f"{ORIGIN}/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "fr:error.not-found:['what']",
        "request_id": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize(
    "accept", ["", "*/*", "text/html;q=.,application/json;q=x", "text/html,application/json;q=9", ";;,"]
)
async def test_an_odd_preference_gets_a_page(accept: str) -> None:
    answer = await get("/fail/missing", accept)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_a_service_without_pages_always_answers_with_problems() -> None:
    async with build_site(router, with_pages=False).client(accept="text/html") as client:
        answer = await client.get("/fail/stale")
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")


@pytest.mark.parametrize(
    ("kind", "status", "slug"),
    [
        ("stale", 409, "changed-meanwhile"),
        ("driver", 503, "dependency-down"),
        ("often", 429, "too-many-attempts"),
        ("framework", 400, "bad-request"),
        ("unforeseen", 500, "internal"),
    ],
)
async def test_each_kind_of_failure_has_its_status_and_slug_and_no_value(
    kind: str, status: int, slug: str
) -> None:
    answer = await get(f"/fail/{kind}", "application/json")
    assert answer.json()["type"].endswith(f"/problems/{slug}")
    assert answer.status_code == answer.json()["status"] == status
    assert "ZZ123" not in answer.text


async def test_one_is_told_when_to_come_back() -> None:
    assert (await get("/fail/often")).headers["retry-after"] == "77"
    assert int((await get("/fail/driver")).headers["retry-after"]) > 0


async def test_an_unknown_path_and_a_wrong_method_are_told_apart() -> None:
    async with build_site(router).client(accept="application/json", **FORM) as client:
        unknown, wrong = await client.get("/nowhere"), await client.delete("/page")
    assert unknown.json()["type"].endswith("/problems/not-found")
    assert wrong.json()["type"].endswith("/problems/method-not-allowed")
    assert wrong.headers["allow"] == "GET"


async def test_invalid_input_is_pointed_at_and_never_repeated() -> None:
    async with build_site(router).client(**FORM) as client:
        answer = await client.post(
            "/api/probe/v1/things", json={"count": "ZZ123", "parts": [1, "ZZ123"], "extra/field": "ZZ123"}
        )
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/problems/invalid")
    assert answer.json()["errors"] == [
        {"pointer": "/body/count", "code": "int_parsing"},
        {"pointer": "/body/parts/1", "code": "int_parsing"},
        {"pointer": "/body/extra~1field", "code": "extra_forbidden"},
    ]
    assert "ZZ123" not in answer.text


async def test_json_that_cannot_be_read_is_invalid_too() -> None:
    async with build_site(router).client(**FORM) as client:
        headers = {"content-type": "application/json"}
        answer = await client.post("/api/probe/v1/things", content=b'{"count": ZZ123', headers=headers)
    assert answer.status_code == 422
    assert "ZZ123" not in answer.text


async def test_an_invalid_form_is_told_by_a_page() -> None:
    async with build_site(router).client(accept="text/html", **FORM) as client:
        answer = await client.post("/things", data={"count": "many"})
    assert answer.status_code == 422
    assert "422 invalid" in answer.text


async def test_the_description_of_the_api_is_served_without_foreign_scripts() -> None:
    answer = await get("/api/probe/v1/openapi.json")
    assert "/api/probe/v1/things" in answer.json()["paths"]
    assert "/livez" not in answer.json()["paths"]
    assert (await get("/docs")).status_code == 404


async def test_requests_are_counted_by_template() -> None:
    await get("/fail/missing")
    exposition = (await get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/fail/{kind}",status="404"}' in exposition
    assert "/fail/missing" not in exposition


def test_every_slug_of_the_chassis_is_listed_once() -> None:
    assert len(set(CHASSIS_SLUGS)) == len(CHASSIS_SLUGS)
    assert {"internal", "not-found", "dependency-down", "cross-site"} <= set(CHASSIS_SLUGS)
