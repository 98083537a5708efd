"""Lets partners in: a token of identity's with the route's scope, of a client that isn't suspended."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Request, Security

from libs.chassis.web.machines import MachineAccess
from libs.contracts.partners import TOKEN_PATH, PartnerScope
from services.verification.domain.partner import Partner
from services.verification.handlers.partners import get_partner
from services.verification.ports import Deps

SCOPES: Final = {
    PartnerScope.STATUS.value: "Ask how certificates stand",
    PartnerScope.EVENTS.value: "Follow what happens to certificates: feed and webhooks",
}


class PartnerCaller(MachineAccess):
    """Declares a route to be for partners; as a dependency it returns the `Partner`.

    Args:
        scope: That their token must have.
    """

    def __init__(self, scope: str) -> None:
        super().__init__(scope, TOKEN_PATH, SCOPES)

    async def __call__(self, request: Request) -> Partner:
        """Let a partner in.

        Raises:
            TokenMissing: No token came.
            TokenRefused: It isn't good, or its client may do nothing.
            ScopeMissing: It is good for other things.
        """
        deps: Deps = request.app.state.deps
        grant = await self.grant_of(request, deps.partner_tokens)
        return await get_partner(deps, grant, self.scope)


StatusPartner = Annotated[
    Partner, Security(PartnerCaller(PartnerScope.STATUS), scopes=[PartnerScope.STATUS.value])
]
"""A parameter that receives a partner who may ask how certificates stand."""

EventsPartner = Annotated[
    Partner, Security(PartnerCaller(PartnerScope.EVENTS), scopes=[PartnerScope.EVENTS.value])
]
"""A parameter that receives a partner who may follow events."""
