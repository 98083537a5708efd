"""The staff's pages of requests: the home of every role, the queues, one file, a page for each act."""

from __future__ import annotations

from fastapi import APIRouter

from services.requests.pages.staff import acts, completion, deciding, desk, entry, file, home, queue, scans

router = APIRouter()
# The desk's page stands before those of single files, whose addresses would take its name for an id.
for part in (home, queue, desk, file, acts, entry, scans, completion, deciding):
    router.include_router(part.router)
