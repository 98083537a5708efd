"""The public pages of verification."""

from __future__ import annotations

from fastapi import APIRouter

from services.verification.pages import checking, offline

router = APIRouter(include_in_schema=False)
for _part in (offline, checking):
    router.include_router(_part.router)
