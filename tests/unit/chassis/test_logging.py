"""Logs are JSON lines with a correlation id, and planted personal values never reach them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
import structlog
from fastapi import APIRouter, Form, Request
from pydantic import BaseModel

from libs.chassis.correlation import correlated
from libs.chassis.logging import WITHHELD, configure_logging
from libs.chassis.web.access import AnyCaller
from tests.support.visitors import FORM, build_site

CANARIES = ("ZZ987654", "canary@example.ma", "Fatima-Canary", "SECRET-CANARY", "1987-03-02")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging("probe", stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_service_time_and_correlation(written: io.StringIO) -> None:
    with correlated("request-12345"):
        structlog.get_logger().info("request.submitted", request_id="r1")
    (line,) = lines(written)
    assert line["event"] == "request.submitted"
    assert line["service"] == "probe"
    assert line["correlation_id"] == "request-12345"
    assert line["request_id"] == "r1"
    assert line["at"].endswith("Z")


@pytest.mark.parametrize("field", ["name", "email", "cin", "code", "birth_date", "EMAIL", "path", "ip"])
def test_a_personal_field_is_withheld(written: io.StringIO, field: str) -> None:
    structlog.get_logger().info("person.changed", **{field: CANARIES[0]})
    assert lines(written)[0][field] == WITHHELD


def test_personal_fields_are_withheld_at_any_depth(written: io.StringIO) -> None:
    structlog.get_logger().info("deep", outer={"list": [{"email": CANARIES[1]}], "kept": 3})
    assert CANARIES[1] not in written.getvalue()
    assert lines(written)[0]["outer"]["kept"] == 3


def test_an_exception_is_told_by_type_and_place_without_its_message(written: io.StringIO) -> None:
    try:
        _fail_with(CANARIES[0])
    except RuntimeError:
        structlog.get_logger().exception("work.failed")
    (line,) = lines(written)
    assert [link["type"] for link in line["exception"]] == ["RuntimeError", "ValueError"]
    assert any("_fail_with" in place for place in line["exception"][0]["at"])
    assert CANARIES[0] not in written.getvalue()


def _fail_with(text: str) -> None:
    try:
        int(text)
    except ValueError as error:
        raise RuntimeError(f"about {text}") from error


def test_another_library_keeps_its_words_and_loses_its_values(written: io.StringIO) -> None:
    logging.getLogger("somebody").warning("connection of %s lost", CANARIES[1])
    (line,) = lines(written)
    assert line["event"] == "library.somebody"
    assert line["template"] == "connection of %s lost"
    assert CANARIES[1] not in written.getvalue()


def test_values_that_a_library_wrote_into_further_lines_are_left_out(written: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %s" % CANARIES[0])  # noqa: G002, UP031 - as asyncio does
    assert lines(written)[0]["template"] == "Task exception was never retrieved"
    assert CANARIES[0] not in written.getvalue()


class Registration(BaseModel):
    cin: str
    birth_date: str
    count: int


async def test_nothing_planted_in_a_request_reaches_the_log(written: io.StringIO) -> None:
    router = APIRouter()

    @router.post("/people/{number}")
    async def register(
        request: Request, number: str, _caller: AnyCaller, name: Annotated[str, Form()]
    ) -> None:
        structlog.get_logger().info("person.registered", name=name, number=number, form=await request.form())
        Registration.model_validate({"cin": name, "birth_date": CANARIES[4], "count": number})

    site = build_site(router)
    async with site.client(**FORM) as client:
        answer = await client.post(
            f"/people/{CANARIES[0]}?email={CANARIES[1]}",
            data={"name": CANARIES[2]},
            headers={"cookie": f"__Host-session={CANARIES[3]}", "user-agent": CANARIES[3]},
        )
    assert answer.status_code == 500
    assert not [canary for canary in CANARIES if canary in written.getvalue()]
    http = next(line for line in lines(written) if line["event"] == "http.request")
    assert http["route"] == "/people/{number}"
    assert http["status"] == 500
    assert http["duration_ms"] > 0


async def test_the_failure_behind_a_500_is_logged_by_place(written: io.StringIO) -> None:
    router = APIRouter()

    @router.get("/broken")
    async def broken(_caller: AnyCaller) -> None:
        raise RuntimeError(CANARIES[0])

    async with build_site(router).client() as client:
        await client.get("/broken")
    failure = next(line for line in lines(written) if line["event"] == "http.failed")
    assert failure["exception"][0]["type"] == "RuntimeError"
    assert CANARIES[0] not in written.getvalue()
