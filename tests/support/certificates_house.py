"""The application of certificates over a world in memory, with somebody for each role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.pages import Pages
from services.certificates import api, pages
from tests.support.certificates_world import MEKNES, World
from tests.support.visitors import FORM, Site, build_site

WORDS = Pages("services.certificates")


@dataclass
class House:
    """The service's application and the files behind it."""

    site: Site
    world: World

    def somebody(self, *roles: Role, staff_id: str = "somebody") -> Caller:
        return self.site.authority.hire(staff_id, *roles, centres=[MEKNES])

    async def get(self, path: str, caller: Caller, lang: str = "ar") -> httpx.Response:
        async with self.site.client() as client:
            return await client.get(path, headers=self.site.cookie(caller, lang=lang))

    async def post(
        self, path: str, caller: Caller, fields: Mapping[str, str | Sequence[str]], lang: str = "ar"
    ) -> httpx.Response:
        async with self.site.client() as client:
            headers = self.site.cookie(caller, lang=lang) | FORM
            return await client.post(path, headers=headers, data=dict(fields))


def house_of(world: World) -> House:
    """The house over a world."""
    return House(site_of(world), world)


def site_of(world: World, words: Pages = WORDS) -> Site:
    """The application over a world."""
    site = build_site(api.router, pages.router, translate=words.word, on_error=words.on_error)
    site.app.state.deps = world.deps
    site.app.state.pages = words
    return site
