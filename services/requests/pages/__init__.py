"""The pages of requests: the private space, filing, the public lists and forms, the staff's work."""

from __future__ import annotations

from fastapi import APIRouter

from services.requests.pages import filing, public, space, staff

router = APIRouter(include_in_schema=False)
# The fixed paths come before those with an id in the same place.
for part in (filing, space, public, staff):
    router.include_router(part.router)
