"""What every page has at hand: the request, the handlers' parts, the templates in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from libs.chassis.web.caller import Caller
from libs.chassis.web.language import language_of
from libs.ui.elements import Option, OptionGroup
from libs.ui.formats import Formats
from libs.ui.forms import Form, Message
from libs.ui.languages import LANGUAGES
from libs.ui.pages import PageContext, Pages
from services.requests.domain.centre import Centre
from services.requests.ports import Deps


@dataclass(frozen=True)
class Screen:
    """One page being answered."""

    request: Request
    deps: Deps
    pages: Pages

    @property
    def lang(self) -> str:
        """The reader's language."""
        return language_of(self.request)

    def show(
        self, caller: Caller, template: str, status: int = HTTPStatus.OK, /, **values: object
    ) -> Response:
        """Render a template of this service."""
        page = PageContext.of(self.request, caller)
        return HTMLResponse(self.pages.render(page, template, **values), status)

    def word(self, key: str, values: Mapping[str, object] | None = None) -> str:
        """One message; days among its values are written out."""
        formats = Formats(LANGUAGES[self.lang])
        told = {
            name: formats.day(value) if isinstance(value, date) else value
            for name, value in (values or {}).items()
        }
        return self.pages.word(self.lang, key, **told)

    def sentence(self, message: Message) -> str:
        """A message in the reader's language."""
        return self.word(message.key, message.values)

    async def posted(self) -> Form:
        """The form that was posted."""
        return Form.posted((await self.request.form()).multi_items())

    async def centre_names(self) -> Mapping[str, str]:
        """Each centre's full name by its code."""
        return {centre.code: self.centre_name(centre) for centre in await self.deps.store.all_centres()}

    def centre_name(self, centre: Centre) -> str:
        """A centre's full name."""
        return self.word("centre.name", {"name": centre.name_in(self.lang)})

    async def centre_groups(self, *, only: frozenset[str] | None = None) -> tuple[OptionGroup, ...]:
        """The centres that take requests, under their regions, for a select.

        Args:
            only: The codes to offer; None for all.
        """
        groups: dict[str, list[Option]] = {}
        centres = await self.deps.store.all_centres()
        for centre in sorted(centres, key=lambda one: (one.region, one.code)):
            if centre.active and (only is None or centre.code in only):
                option = Option(centre.code, centre.name_in(self.lang))
                groups.setdefault(centre.region_in(self.lang), []).append(option)
        return tuple(OptionGroup(label, tuple(options)) for label, options in groups.items())


def screen_of(request: Request) -> Screen:
    """The screen of a request."""
    return Screen(request, request.app.state.deps, request.app.state.pages)


ScreenNeeded = Annotated[Screen, Depends(screen_of)]
"""A page's parameter that receives its screen."""


def see_other(address: str) -> Response:
    """Lead to another page after a form took effect."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
