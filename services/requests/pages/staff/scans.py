"""The scans of a medical file: the list, adding one, looking at one, taking one out."""

from __future__ import annotations

from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from libs.chassis.errors import NotFound
from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import BadRequest
from libs.ui.elements import Option
from libs.ui.forms import Form, Upload
from services.requests.domain.medical_file import ScanKind
from services.requests.domain.request import Request as CitizenRequest
from services.requests.errors import ScanUnusable, TooManyScans
from services.requests.handlers import scanning
from services.requests.handlers.staff import AGENTS, READERS, get_medical_file
from services.requests.pages.screen import Screen, ScreenNeeded, see_other
from services.requests.pages.staff.opening import act_router, kept_form, open_act

router = act_router()

Agent = Annotated[Caller, Depends(Allow(*AGENTS))]
Reader = Annotated[Caller, Depends(Allow(*READERS))]

LARGEST_BYTES: Final = 10 * 1024 * 1024
_BODY_BYTES: Final = LARGEST_BYTES + 256 * 1024
_KINDS: Final = [kind.value for kind in ScanKind]
_SUFFIXES: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class _InMemory(MultiPartParser):
    """Reads a form without ever laying its file on the disk, where it would lie unsealed."""

    spool_max_size = _BODY_BYTES


@router.get("/staff/requests/{request_id}/scans")
async def scans(
    screen: ScreenNeeded, caller: Agent, request_id: str, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """List the scans, with the form to add one."""
    request = await open_act(screen, caller, request_id, "scans")
    form = await kept_form(screen, Form())
    return await _show(screen, caller, request, form, HTTPStatus.OK, done)


@router.post("/staff/requests/{request_id}/scans", max_body_size=_BODY_BYTES)
async def add_scan(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Add the uploaded file."""
    request = await open_act(screen, caller, request_id, "scans")
    posted = await _read_form(screen.request)
    form = Form.posted(posted.multi_items())
    kind = form.choice("kind", _KINDS, missing="staff.scans.kind.missing")
    upload = form.upload(
        "scan", await _upload(posted), missing="staff.scans.missing", largest_bytes=LARGEST_BYTES
    )
    if upload is not None and form.valid:
        try:
            await scanning.add_scan(screen.deps, caller, request_id, ScanKind(kind), upload.content)
        except ScanUnusable as refusal:
            form.fail("scan", f"staff.scans.why.{refusal.details['why']}")
        except TooManyScans as refusal:
            form.fail("scan", "error.too-many-scans", most=refusal.details["most"])
        else:
            return see_other(f"/staff/requests/{request_id}/scans?done=added")
    return await _show(screen, caller, request, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("/staff/requests/{request_id}/scans/{scan_id}")
async def scan_content(screen: ScreenNeeded, caller: Reader, request_id: str, scan_id: str) -> Response:
    """Show one scan itself."""
    read = await scanning.read_scan(screen.deps, caller, request_id, scan_id)
    name = f"{read.scan.kind.value}.{_SUFFIXES[read.scan.media_type]}"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(read.content, media_type=read.scan.media_type, headers=headers)


@router.get("/staff/requests/{request_id}/scans/{scan_id}/remove")
async def ask_removal(screen: ScreenNeeded, caller: Agent, request_id: str, scan_id: str) -> Response:
    """Ask whether the scan shall really be taken out."""
    request = await open_act(screen, caller, request_id, "scans")
    scan = (await get_medical_file(screen.deps, request)).value.find_scan(scan_id)
    if scan is None:
        raise NotFound
    return screen.show(caller, "staff/scan_remove.html", form=Form(), request=request, scan=scan)


@router.post("/staff/requests/{request_id}/scans/{scan_id}/remove")
async def remove_scan(screen: ScreenNeeded, caller: Agent, request_id: str, scan_id: str) -> Response:
    """Take it out."""
    await scanning.remove_scan(screen.deps, caller, request_id, scan_id)
    return see_other(f"/staff/requests/{request_id}/scans?done=removed")


async def _read_form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BadRequest
    try:
        async with aclosing(request.stream()) as stream:
            return await _InMemory(request.headers, stream, max_files=1, max_fields=10).parse()
    except MultiPartException as error:
        raise BadRequest from error


async def _upload(posted: FormData) -> Upload | None:
    value = posted.get("scan")
    if not isinstance(value, UploadFile):
        return None
    try:
        return Upload(value.filename or "", await value.read())
    finally:
        await value.close()


async def _show(
    screen: Screen, caller: Caller, request: CitizenRequest, form: Form, status: int, done: str = ""
) -> Response:
    file = (await get_medical_file(screen.deps, request)).value
    return screen.show(
        caller,
        "staff/scans.html",
        status,
        form=form,
        request=request,
        file=file,
        done=done if done in {"added", "removed"} else "",
        kinds=[Option(value, screen.word(f"scan.{value}")) for value in _KINDS],
    )
