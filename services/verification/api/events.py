"""The feed of public facts for partners, and the schemas of what it carries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from libs.chassis.errors import NotFound
from libs.chassis.web.access import AnyCaller
from libs.contracts.certificates import CertificateStatusPublished
from libs.contracts.partners import PARTNER_API
from services.verification.api.partner_access import EventsPartner
from services.verification.domain.public_fact import BATCH, batch_of
from services.verification.handlers.feeding import read_feed
from services.verification.ports import Deps

router = APIRouter(prefix=PARTNER_API, tags=["partners"])

Moment = AwareDatetime | date
"""A moment (RFC 3339), or a day, which begins at midnight UTC."""

_MOST: Final = 1000
_USUAL: Final = 500


def moment_of(value: Moment) -> datetime:
    """The moment that a moment or a day means."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


@router.get("/events", responses={200: {"content": {BATCH: {}}}}, response_class=Response)
async def read_events(
    request: Request,
    _partner: EventsPartner,
    after: Annotated[str | None, Query(max_length=60)] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _USUAL,
) -> Response:
    """The facts behind a cursor or from a moment on; the `Link` leads on, also from the present end."""
    deps: Deps = request.app.state.deps
    page = await read_feed(deps, after, moment_of(since) if since else None, limit)
    onward = {"after": page.after, "limit": str(limit)}
    if since:
        onward["from"] = since.isoformat()
    headers = {
        "cache-control": "no-store",
        "link": f'<{PARTNER_API}/events?{urlencode(onward)}>; rel="next"',
    }
    return Response(batch_of(page.bodies), media_type=BATCH, headers=headers)


@router.get("/schemas/{name}")
async def get_schema(name: str, response: Response, _caller: AnyCaller) -> dict[str, Any]:
    """The JSON Schema of an event's data: where `dataschema` leads to."""
    if name != CertificateStatusPublished.type_name():
        raise NotFound
    response.headers["cache-control"] = "public, max-age=3600"
    return CertificateStatusPublished.model_json_schema()
