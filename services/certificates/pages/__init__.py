"""The pages of certificates: the staff's queues and steps, the holders' certificates."""

from __future__ import annotations

from fastapi import APIRouter

from services.certificates.pages import files, holders, steps

router = APIRouter(include_in_schema=False)
for _part in (files, steps, holders):
    router.include_router(_part.router)
