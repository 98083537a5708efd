"""Certificates' application with an issued certificate behind it, brought to any turn of its life."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date

import httpx

from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.pages import Pages
from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind, RevocationReason
from services.certificates.handlers.life import OrderAsked
from tests.support import certificates_house
from tests.support.certificates_world import (
    CONTROLLER,
    OFFICER,
    PRINTED,
    REGISTRAR,
    SIGNATORY,
    holder,
    new_world,
    staff,
)

FILE = "request-1"
AGENT = staff("agent", Role.CENTRAL_AGENT)


@dataclass
class House(certificates_house.House):
    """The service's application, an issued certificate behind it, and somebody for each role."""

    def somebody(self, *roles: Role, staff_id: str = "") -> Caller:
        return super().somebody(*roles, staff_id=staff_id or f"a {roles[0]}")

    @property
    def holder(self) -> Caller:
        return self.site.authority.person("person-1")

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
    await world.brought_to(Stage.ISSUED, FILE, valid_until=date(2027, 1, 31))
    return House(certificates_house.site_of(world, words), world)


def says(page: httpx.Response, word: str) -> bool:
    """Whether a page shows a word, whatever it is written as in HTML."""
    return word in html.unescape(page.text)
