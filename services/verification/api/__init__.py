"""What programs ask of verification, as JSON."""

from __future__ import annotations

from fastapi import APIRouter

from services.verification.api import checks, lists

router = APIRouter()
for _part in (checks, lists):
    router.include_router(_part.router)
