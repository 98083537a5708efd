"""Identity's JSON interfaces: people's accounts, and tokens for partners' systems."""

from __future__ import annotations

from fastapi import APIRouter

from services.identity.api import accounts, oauth

router = APIRouter()
for _part in (accounts, oauth):
    router.include_router(_part.router)
