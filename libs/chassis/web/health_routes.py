"""What probes and scrapers ask: is the process alive, is it ready, what has it counted."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Response

from libs.chassis import metrics
from libs.chassis.web.access import Internal
from libs.chassis.web.caller import Caller
from libs.chassis.web.health import Health


def health_router(health: Health) -> APIRouter:
    """The routes `/livez`, `/readyz` and `/metrics`, for callers inside the platform only."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez(_caller: Annotated[Caller, Depends(Internal())]) -> Response:
        return _json({"status": "alive"}, 200)

    @router.get("/readyz")
    async def readyz(_caller: Annotated[Caller, Depends(Internal())]) -> Response:
        ready, report = await health.report()
        return _json({"status": "ready" if ready else "not ready", "checks": report}, 200 if ready else 503)

    @router.get("/metrics")
    async def exposition(_caller: Annotated[Caller, Depends(Internal())]) -> Response:
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return router


def _json(content: dict[str, object], status: int) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
