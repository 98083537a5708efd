"""The status lists and the keys, for whoever checks certificates without asking about any."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from libs.chassis.web.access import NobodysCaller
from services.verification import handlers
from services.verification.domain.status_list import LIST_SIZE, MEDIA_TYPE, ListHead
from services.verification.handlers.listing import uri_of
from services.verification.ports import Deps

router = APIRouter(prefix="/api/verification/v1", tags=["status lists"])

# Any web page may fetch these: they are the same for all who ask, and no answer depends on a cookie.
_FOR_ALL = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag",
    "cross-origin-resource-policy": "cross-origin",
}
_A_MINUTE = {"cache-control": "public, max-age=60"}
_MOST_LISTS = 1 << 20

ListNumber = Annotated[int, Path(ge=0, le=_MOST_LISTS)]


class KeySet(BaseModel):
    """Public keys (RFC 7517): `use` is `sig` for those of QR payloads, `status-list` for those of lists."""

    keys: list[dict[str, str]]


class ListTold(BaseModel):
    """One list.

    Attributes:
        uri: Where it is fetched.
        first: The status index of its first place.
        places: How many it holds.
        as_of: The moment up to which it is true.
        expires_at: From when on it must no longer be believed.
    """

    uri: str
    first: int
    places: int
    as_of: datetime
    expires_at: datetime
    etag: str


class ListsTold(BaseModel):
    """All lists.

    Attributes:
        status_lists: Where each is fetched, as Token Status List's aggregation tells it.
        lists: The same with what else is known of each.
    """

    status_lists: list[str]
    lists: list[ListTold]


@router.get("/keys")
async def get_keys(request: Request, response: Response, _caller: NobodysCaller) -> KeySet:
    """The keys with which QR payloads and status lists are checked, those of former years included."""
    response.headers.update(_FOR_ALL | _A_MINUTE)
    deps: Deps = request.app.state.deps
    return KeySet(keys=[dict(jwk) for jwk in await handlers.list_keys(deps)])


@router.get("/status-lists")
async def get_lists(request: Request, response: Response, _caller: NobodysCaller) -> ListsTold:
    """Which status lists there are."""
    response.headers.update(_FOR_ALL | _A_MINUTE)
    deps: Deps = request.app.state.deps
    lists = [_told(deps, head) for head in await handlers.list_heads(deps)]
    return ListsTold(status_lists=[each.uri for each in lists], lists=lists)


@router.get("/status-lists/{number}", response_class=Response)
async def get_list(request: Request, number: ListNumber, _caller: NobodysCaller) -> Response:
    """One status list, signed: two bits for each version of a certificate."""
    deps: Deps = request.app.state.deps
    found = await handlers.get_status_list(deps, number)
    headers = {**_FOR_ALL, **_A_MINUTE, "etag": f'"{found.head.etag}"'}
    if _has(request.headers.get("if-none-match", ""), found.head.etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(found.token, media_type=MEDIA_TYPE, headers=headers)


def _told(deps: Deps, head: ListHead) -> ListTold:
    return ListTold(
        uri=uri_of(deps.listing.origin, head.number),
        first=head.number * LIST_SIZE,
        places=head.places,
        as_of=head.as_of,
        expires_at=head.expires_at,
        etag=head.etag,
    )


def _has(if_none_match: str, etag: str) -> bool:
    """Whether one of the tags that the asker has is this one; compared weakly (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return f'"{etag}"' in tags or "*" in tags
