"""Partners' systems: registered, suspended and resumed, given other keys and a user on the broker."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from libs.chassis.errors import Stale
from libs.contracts.identity import PartnerState
from libs.contracts.partners import kafka_principal_of
from services.identity.domain.client_keys import ClientKey
from services.identity.domain.partner import Partner, PartnerTerms, is_client_id
from services.identity.errors import PartnerSuspended, PartnerTermsUnusable
from services.identity.ports import Deps

log = structlog.get_logger(__name__)

MOST_LISTED = 1000
_TRIES = 5


async def register_partner(
    deps: Deps, client_id: str, terms: PartnerTerms, keys: tuple[ClientKey, ...]
) -> Partner:
    """Register a partner and tell it.

    Raises:
        PartnerTermsUnusable: The id or something else of it can't be agreed.
        Duplicate: The id is taken.
    """
    if not is_client_id(client_id):
        raise PartnerTermsUnusable(field="client_id")
    partner = Partner.register(terms, keys, deps.clock.now())
    await deps.store.partners.insert(client_id, partner, [_state(client_id, partner)])
    log.info("partner.registered", client_id=client_id)
    return partner


async def list_partners(deps: Deps) -> Sequence[Stored[Partner]]:
    """All partners, by their ids."""
    found = await deps.store.partners.find_by({}, limit=MOST_LISTED)
    return sorted(found, key=lambda stored: stored.id)


async def suspend_partner(deps: Deps, client_id: str) -> Partner:
    """Let a partner do nothing any more, from when its state arrives.

    Raises:
        NotFound: There's none by that id.
    """
    return await _change(deps, client_id, "suspended", lambda partner: partner.suspend(deps.clock.now()))


async def resume_partner(deps: Deps, client_id: str) -> Partner:
    """Let a suspended partner do again what was agreed; a user on the broker is given anew.

    Raises:
        NotFound: There's none by that id.
    """
    return await _change(deps, client_id, "resumed", lambda partner: partner.resume(deps.clock.now()))


async def rotate_keys(deps: Deps, client_id: str, keys: tuple[ClientKey, ...]) -> Partner:
    """Give a partner other keys.

    Raises:
        NotFound: There's none by that id.
    """
    return await _change(
        deps, client_id, "keys_rotated", lambda partner: partner.rotate(keys, deps.clock.now())
    )


async def admit_to_kafka(deps: Deps, client_id: str) -> Partner:
    """Note that a partner has a user on the broker.

    Raises:
        NotFound: There's none by that id.
        PartnerSuspended: It may do nothing.
    """

    def admit(partner: Partner) -> Partner:
        if partner.suspended:
            raise PartnerSuspended
        return partner.admit(kafka_principal_of(client_id))

    return await _change(deps, client_id, "admitted", admit)


async def _change(deps: Deps, client_id: str, what: str, decide: Callable[[Partner], Partner]) -> Partner:
    for _attempt in range(_TRIES):
        stored = await deps.store.partners.get(client_id)
        changed = decide(stored.value)
        if changed == stored.value:
            return changed
        try:
            await deps.store.partners.save(stored, changed, [_state(client_id, changed)])
        except Stale:
            continue
        log.info("partner.changed", client_id=client_id, change=what)
        return changed
    raise Stale


def _state(client_id: str, partner: Partner) -> Fact:
    terms = partner.terms
    return Fact(
        PartnerState(
            client_id=client_id,
            display_name=terms.display_name,
            purposes=terms.purposes,
            scopes=terms.scopes,
            webhook_hosts=terms.webhook_hosts,
            daily_quota=terms.daily_quota,
            tokens_since=partner.tokens_since,
            kafka_principal=partner.kafka_principal,
            suspended_at=partner.suspended_at,
        )
    )
