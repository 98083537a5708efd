"""Identity's pages: the start, registration, login, account, the staff's door, terms and notice."""

from __future__ import annotations

from fastapi import APIRouter

from services.identity.pages import account, home, login, registration, session, staff

router = APIRouter(include_in_schema=False)
for _part in (home, registration, login, session, account, staff):
    router.include_router(_part.router)
