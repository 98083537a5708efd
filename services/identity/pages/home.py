"""The start page, the terms and the personal-data notice."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from libs.chassis.web.access import AnyCaller
from services.identity.pages.showing import DepsOf, show

router = APIRouter()


@router.get("/")
async def home(request: Request, caller: AnyCaller) -> HTMLResponse:
    """Show what the platform is for, and both ways in."""
    return show(request, caller, "home.html")


@router.get("/terms")
async def terms(request: Request, deps: DepsOf, caller: AnyCaller) -> HTMLResponse:
    """Show the terms of use."""
    return show(request, caller, "terms.html", version=deps.policy.terms_version)


@router.get("/privacy")
async def privacy(request: Request, deps: DepsOf, caller: AnyCaller) -> HTMLResponse:
    """Show the personal-data notice (law 09-08 article 5)."""
    return show(request, caller, "privacy.html", version=deps.policy.terms_version)
