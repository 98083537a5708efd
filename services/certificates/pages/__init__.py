"""The pages of certificates: the staff's queues and steps, the holders' certificates, the log."""

from __future__ import annotations

from fastapi import APIRouter

from services.certificates.pages import batches, files, holders, log, steps

router = APIRouter(include_in_schema=False)
for _part in (batches, files, steps, holders, log):
    router.include_router(_part.router)
