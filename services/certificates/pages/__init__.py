"""The pages of certificates: the staff's queues and steps, the holders' certificates, the log."""

from __future__ import annotations

from fastapi import APIRouter

from services.certificates.pages import asking, batches, correcting, files, holders, life, log, steps

router = APIRouter(include_in_schema=False)
for _part in (batches, life, correcting, files, steps, asking, holders, log):
    router.include_router(_part.router)
