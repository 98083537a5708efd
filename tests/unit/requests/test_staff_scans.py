"""Scans over HTTP: adding, looking at, taking out, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

import httpx

from libs.chassis.web.caller import Caller
from services.requests.domain.medical_file import MOST_SCANS
from services.requests.errors import ScanUnusable
from services.requests.handlers import centre_work
from services.requests.ports import Inspected
from tests.support.requests_staff import HOLDER, LANGUAGES, SHOWN, Enter, act, upload
from tests.support.requests_world import AGENT, ENTRY, PDF, World
from tests.support.visitors import Site


async def test_a_scan_is_looked_at_and_taken_out(
    world: World, person: Caller, agent: httpx.AsyncClient, doctor: httpx.AsyncClient
) -> None:
    request = await world.at_entry(person)
    await act(agent, request.id, "file", dict(HOLDER))
    await upload(agent, request.id, kind="medical_report")
    (scan_id,) = world.scans.kept
    address = f"/staff/requests/{request.id}/scans/{scan_id}"
    shown = await doctor.get(address)
    assert (shown.content, shown.headers["content-type"]) == (PDF, "application/pdf")
    assert shown.headers["cache-control"] == "no-store"
    assert (await agent.get(f"{address}/remove")).status_code == 200
    removed = await agent.post(f"{address}/remove")
    assert removed.headers["location"].endswith("/scans?done=removed")
    assert world.scans.kept == {}
    assert (await agent.get(address)).status_code == 404
    assert (await agent.get(f"{address}/remove")).status_code == 404


class Refusing:
    """Finds every upload damaged."""

    async def inspect(self, content: bytes) -> Inspected:
        del content
        raise ScanUnusable(why="damaged")


@LANGUAGES
async def test_uploads_that_cannot_be_kept_say_why(
    world: World, site: Site, person: Caller, enter: Enter, lang: str
) -> None:
    request = await world.at_entry(person)
    await centre_work.enter_medical_file(world.deps, AGENT, request.id, ENTRY)
    async with enter("agent", "coaph_agent", lang=lang) as client:
        nothing = await client.post(
            f"/staff/requests/{request.id}/scans", data={"kind": ""}, files={"scan": ("", b"")}
        )
        text = await upload(client, request.id, b"<html>")
        large = await upload(client, request.id, b"%PDF-" + bytes(10 * 1024 * 1024))
        flood = await upload(client, request.id, b"%PDF-" + bytes(11 * 1024 * 1024))
        site.app.state.deps = replace(world.deps, inspector=Refusing())
        damaged = await upload(client, request.id)
        plain = await client.post(f"/staff/requests/{request.id}/scans", data={"kind": "photo"})
    statuses = [answer.status_code for answer in (nothing, text, large, flood, damaged, plain)]
    assert statuses == [422, 422, 422, 413, 422, 400]
    assert SHOWN.word(lang, "staff.scans.missing") in nothing.text
    assert SHOWN.word(lang, "staff.scans.kind.missing") in nothing.text
    assert SHOWN.word(lang, "form.error.file_type") in text.text
    assert SHOWN.word(lang, "staff.scans.why.damaged") in damaged.text
    assert world.scans.kept == {}


async def test_a_full_file_takes_no_further_scan(
    world: World, person: Caller, agent: httpx.AsyncClient
) -> None:
    request = await world.at_entry(person)
    await act(agent, request.id, "file", dict(HOLDER))
    for _ in range(MOST_SCANS):
        assert (await upload(agent, request.id)).status_code == 303
    assert (await upload(agent, request.id)).status_code == 422
    assert len(world.scans.kept) == MOST_SCANS


@dataclass
class Meddling:
    """While it reads the upload, a colleague changes the file."""

    world: World
    request_id: str

    async def inspect(self, content: bytes) -> Inspected:
        await centre_work.enter_medical_file(self.world.deps, AGENT, self.request_id, ENTRY)
        return Inspected(content, "application/pdf", 1)


@LANGUAGES
async def test_whoever_comes_second_is_led_to_the_file(
    world: World, site: Site, person: Caller, enter: Enter, lang: str
) -> None:
    request = await world.at_entry(person)
    await centre_work.enter_medical_file(world.deps, AGENT, request.id, ENTRY)
    site.app.state.deps = replace(world.deps, inspector=Meddling(world, request.id))
    async with enter("agent", "coaph_agent", lang=lang) as client:
        answer = await upload(client, request.id)
    assert answer.status_code == 409
    assert SHOWN.word(lang, "error.changed-meanwhile") in answer.text
    assert f'href="/staff/requests/{request.id}"' in answer.text
    assert len(world.scans.waiting) == 1
