"""The public pages of verification."""

from __future__ import annotations

from fastapi import APIRouter

from services.verification.pages import checking

router = APIRouter(include_in_schema=False)
for _part in (checking,):
    router.include_router(_part.router)
