"""What programs ask of verification, as JSON."""

from __future__ import annotations

from fastapi import APIRouter

from services.verification.api import checks, events, lists, statuses, uses, webhooks

router = APIRouter()
for _part in (checks, lists, events, webhooks, statuses, uses):
    router.include_router(_part.router)
