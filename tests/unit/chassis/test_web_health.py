"""Readiness: every check by name, a failing or slow one makes the process unready."""

from __future__ import annotations

import asyncio

import pytest

from libs.chassis.errors import DependencyDown
from libs.chassis.web import health as health_module
from libs.chassis.web.health import Health
from tests.support.visitors import build_site


class DriverGone(Exception):
    """Stands for a driver's failure."""


async def well() -> str:
    return "3 members"


async def down() -> str:
    raise DependencyDown


async def gone() -> str:
    raise DriverGone


async def refused() -> str:
    raise ConnectionRefusedError


async def never() -> str:
    await asyncio.Event().wait()
    return ""


async def test_a_ready_process_says_what_it_found() -> None:
    async with build_site(health=Health({"mongo": well})).client() as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["checks"]["mongo"]["detail"] == "3 members"


@pytest.mark.parametrize(
    ("check", "told"), [(down, "dependency-down"), (gone, "DriverGone"), (refused, "ConnectionRefusedError")]
)
async def test_one_failing_check_makes_it_unready_and_is_named(check: health_module.Check, told: str) -> None:
    health = Health({"mongo": well, "broker": check}, failures=(DriverGone,))
    async with build_site(health=health).client() as client:
        answer = await client.get("/readyz")
        alive = await client.get("/livez")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] | {"took_ms": 0} == {"ok": False, "detail": told, "took_ms": 0}
    assert answer.json()["checks"]["mongo"]["ok"]
    assert alive.status_code == 200


async def test_a_check_that_never_answers_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "CHECK_TIMEOUT_S", 0.01)
    ready, report = await Health({"broker": never}).report()
    assert not ready
    assert "TimeoutError" in str(report["broker"])


async def test_an_undeclared_failure_is_not_taken_for_a_failing_check() -> None:
    with pytest.raises(DriverGone):
        await Health({"broker": gone}).report()


@pytest.mark.parametrize(("age_s", "ready"), [(0.5, True), (59.9, True), (60.0, False)])
async def test_a_consumer_that_no_longer_polls_is_not_ready(age_s: float, *, ready: bool) -> None:
    found, report = await Health(last_poll_age_s=lambda: age_s).report()
    assert found is ready
    assert report["last_poll_age_s"] == age_s
