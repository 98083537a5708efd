"""Certificates' application with an issued certificate behind it, brought to any turn of its life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import httpx

from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.pages import Pages
from services.certificates import api, handlers, pages
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind, RevocationReason
from services.certificates.handlers.life import OrderAsked
from tests.support.certificates_world import (
    CONTROLLER,
    MEKNES,
    OFFICER,
    PRINTED,
    REGISTRAR,
    SIGNATORY,
    World,
    holder,
    new_world,
    staff,
)
from tests.support.visitors import FORM, Site, build_site

FILE = "request-1"
AGENT = staff("agent", Role.CENTRAL_AGENT)


@dataclass
class House:
    """The service's application, an issued certificate behind it, and somebody for each role."""

    site: Site
    world: World

    def somebody(self, *roles: Role) -> Caller:
        return self.site.authority.hire(f"a {roles[0]}", *roles, centres=[MEKNES])

    @property
    def holder(self) -> Caller:
        return self.site.authority.person("person-1")

    async def get(self, path: str, caller: Caller, lang: str = "ar") -> httpx.Response:
        async with self.site.client() as client:
            return await client.get(path, headers=self.site.cookie(caller, lang=lang))

    async def post(
        self, path: str, caller: Caller, fields: dict[str, str], lang: str = "ar"
    ) -> httpx.Response:
        async with self.site.client() as client:
            headers = self.site.cookie(caller, lang=lang) | FORM
            return await client.post(path, headers=headers, data=fields)

    async def asked(self, kind: OrderKind, *, confirmed: bool = False) -> None:
        reason = RevocationReason.FORGERY if kind is OrderKind.REVOKE else None
        await handlers.ask_order(self.world.deps, AGENT, FILE, OrderAsked(kind, "a secret word", reason))
        if confirmed:
            await handlers.confirm_order(self.world.deps, SIGNATORY, FILE)

    async def reissued(self) -> None:
        await handlers.propose_correction(
            self.world.deps, OFFICER, FILE, PRINTED.model_copy(update={"birth_place": "فاس"})
        )
        await handlers.draft(self.world.deps, OFFICER, FILE)
        await handlers.check(self.world.deps, CONTROLLER, FILE)
        await handlers.register(self.world.deps, REGISTRAR, FILE)
        await handlers.sign(self.world.deps, SIGNATORY, FILE)

    async def ready_for(self, act: str) -> None:
        """Bring the file to where an act can be done."""
        if act == "resume":
            await self.asked(OrderKind.SUSPEND, confirmed=True)
        if act in {"confirm", "decline"}:
            await self.asked(OrderKind.REVOKE)
        if act == "drop":
            await handlers.ask_duplicate(self.world.deps, holder(), FILE)
        if act == "dismiss":
            await handlers.tell_mistake(self.world.deps, holder(), FILE, "my birth place is wrong")


async def new_house(words: Pages) -> House:
    """The application, and a certificate that ends on 31 January 2027."""
    world = await new_world()
    site = build_site(api.router, pages.router, translate=words.word, on_error=words.on_error)
    site.app.state.deps = world.deps
    site.app.state.pages = words
    await world.brought_to(Stage.ISSUED, FILE, valid_until=date(2027, 1, 31))
    return House(site, world)
