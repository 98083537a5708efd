"""What every page has at hand: the request, the handlers' parts, the templates, the way to hand out a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from libs.chassis.clock import civil_date
from libs.chassis.web.caller import Caller
from libs.ui.elements import Tone
from libs.ui.forms import Form
from libs.ui.pages import PageContext, Pages
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.version import Standing, Version, standing
from services.certificates.ports import Deps

TONES: dict[Standing, Tone] = {
    Standing.VALID: "good",
    Standing.EXPIRED: "wait",
    Standing.SUSPENDED: "wait",
    Standing.SUPERSEDED: "neutral",
    Standing.REVOKED: "bad",
}


@dataclass(frozen=True)
class Screen:
    """One page being answered."""

    request: Request
    deps: Deps
    pages: Pages

    def show(
        self, caller: Caller, template: str, status: int = HTTPStatus.OK, /, **values: object
    ) -> Response:
        """Render a template of this service."""
        page = PageContext.of(self.request, caller)
        return HTMLResponse(self.pages.render(page, template, **values), status)

    async def posted(self) -> Form:
        """The form that was posted."""
        return Form.posted((await self.request.form()).multi_items())

    def worths(self, certificate: Certificate) -> list[tuple[Version, Standing, Tone]]:
        """Each version with what it is worth today, the newest first."""
        worth = [(version, standing(version, self.today)) for version in reversed(certificate.versions)]
        return [(version, each, TONES[each]) for version, each in worth]

    @property
    def today(self) -> date:
        """The day in Casablanca."""
        return civil_date(self.deps.clock.now())


def screen_of(request: Request) -> Screen:
    """The screen of a request."""
    return Screen(request, request.app.state.deps, request.app.state.pages)


ScreenNeeded = Annotated[Screen, Depends(screen_of)]
"""A page's parameter that receives its screen."""


def see_other(address: str) -> Response:
    """Lead to another page after a form took effect."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def pdf_response(pdf: bytes, filename: str) -> Response:
    """A PDF to be shown in the browser, under a name that tells nothing of its holder."""
    disposition = f'inline; filename="{filename}"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": disposition})
