"""Partners: the copy of what identity tells of them, and whom a token's grant stands for now."""

from __future__ import annotations

from libs.chassis.aggregates import Copied
from libs.chassis.delivery import Delivery
from libs.chassis.web.access_tokens import Grant
from libs.chassis.web.errors import ScopeMissing, TokenRefused
from libs.contracts.identity import PartnerState
from services.verification.domain.partner import Partner
from services.verification.ports import Deps


def partner_of(_deps: Deps, delivery: Delivery[PartnerState]) -> Copied[Partner]:
    """The copy of a partner as it now stands."""
    event = delivery.event
    partner = Partner(
        client_id=event.client_id,
        name=event.display_name,
        scopes=event.scopes,
        purposes=event.purposes,
        webhook_hosts=event.webhook_hosts,
        daily_quota=event.daily_quota,
        tokens_since=event.tokens_since,
        suspended_at=event.suspended_at,
    )
    return Copied(event.client_id, partner, delivery)


async def get_partner(deps: Deps, grant: Grant, scope: str) -> Partner:
    """The partner of a genuine token, as it stands now: a suspension counts before the token's time is over.

    Raises:
        TokenRefused: It isn't known, is suspended, or replaced its keys since.
        ScopeMissing: It no longer has the scope.
    """
    stored = await deps.store.partners.find(grant.client_id)
    if stored is None or not stored.value.takes(grant.issued_at):
        raise TokenRefused
    if scope not in stored.value.scopes:
        raise ScopeMissing(scope=scope)
    return stored.value
