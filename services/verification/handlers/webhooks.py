"""What a partner does with its subscriptions: make, show, exchange keys, halt, go on, go back, end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from libs.chassis.aggregates import AnyOf, Stored
from libs.chassis.errors import NotFound
from libs.chassis.ids import new_id
from libs.contracts.certificates import CertificateStatus
from services.verification.domain.partner import Partner
from services.verification.domain.signatures import Scheme, SigningKey
from services.verification.domain.webhook import (
    MOST_WEBHOOKS,
    Attempt,
    Keys,
    Mode,
    Progress,
    Reason,
    Standing,
    Webhook,
)
from services.verification.domain.webhook_address import check_url
from services.verification.errors import TooManyWebhooks
from services.verification.ports import Deps

_ALIVE: Final = AnyOf([Standing.ACTIVE, Standing.SUSPENDED])


@dataclass(frozen=True)
class Wish:
    """The subscription that a partner wants.

    Attributes:
        since: From when on it wants what has happened; None for what happens from now on.
    """

    url: str
    statuses: tuple[CertificateStatus, ...] = ()
    mode: Mode = Mode.SINGLE
    scheme: Scheme = Scheme.HMAC
    since: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """A subscription with how far it has come.

    Attributes:
        behind: How many of the facts that there are stand beyond it.
        partner_suspended: Whether nothing is sent because of the partner, not of the subscription.
    """

    webhook: Webhook
    progress: Progress
    behind: int
    partner_suspended: bool


async def subscribe(deps: Deps, partner: Partner, wish: Wish) -> tuple[Shown, SigningKey]:
    """Make a subscription; its key is told this once.

    Raises:
        WebhookUrlRefused: Events can't be sent there.
        TooManyWebhooks: The partner has as many as one may have.
    """
    outlet, now = deps.outlet, deps.clock.now()
    url = check_url(wish.url, partner.webhook_hosts, loopback_allowed=outlet.loopback_allowed)
    alive = {"client_id": partner.client_id, "standing": _ALIVE}
    if await deps.store.webhooks.count_by(alive) >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    key = SigningKey.make(wish.scheme, outlet.entropy)
    webhook = Webhook(
        id=new_id(),
        client_id=partner.client_id,
        url=url,
        statuses=wish.statuses,
        mode=wish.mode,
        scheme=wish.scheme,
        created_at=now,
        changed_at=now,
        personal=Keys(key.text),
    )
    since = outlet.chronicle.tail() if wish.since is None else outlet.chronicle.before(wish.since)
    await outlet.new_key_owner(webhook.id)
    await outlet.progress.begin(webhook.id, await since)
    await deps.store.webhooks.insert(webhook.id, webhook)
    outlet.bell.set()
    return await _shown(deps, partner, webhook), key


async def list_webhooks(deps: Deps, partner: Partner) -> Sequence[Shown]:
    """The partner's subscriptions, the oldest first."""
    alive = {"client_id": partner.client_id, "standing": _ALIVE}
    found = await deps.store.webhooks.find_by(alive, order_by="created_at")
    return [await _shown(deps, partner, stored.value) for stored in found]


async def get_webhook(deps: Deps, partner: Partner, webhook_id: str) -> Shown:
    """One of the partner's subscriptions.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
    """
    return await _shown(deps, partner, (await _own(deps, partner, webhook_id)).value)


async def delete_webhook(deps: Deps, partner: Partner, webhook_id: str) -> None:
    """End a subscription and forget its keys; its delivery log is kept as long as any.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
    """
    stored = await _own(deps, partner, webhook_id)
    await deps.store.webhooks.save(stored, stored.value.deleted(deps.clock.now()))
    await deps.outlet.progress.forget(webhook_id)


async def rotate_secret(
    deps: Deps, partner: Partner, webhook_id: str, overlap: timedelta
) -> tuple[Shown, SigningKey]:
    """Give a subscription a new key, told this once; the present one goes on signing beside it for a while.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
    """
    stored = await _own(deps, partner, webhook_id)
    key = SigningKey.make(stored.value.scheme, deps.outlet.entropy)
    after = stored.value.rekeyed(key, deps.clock.now() + overlap)
    await deps.store.webhooks.save(stored, after)
    return await _shown(deps, partner, after), key


async def suspend_webhook(deps: Deps, partner: Partner, webhook_id: str) -> Shown:
    """Send nothing more for now; what happens meanwhile waits.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
    """
    stored = await _own(deps, partner, webhook_id)
    after = stored.value
    if after.may_be_suspended:
        after = after.suspended(Reason.ASKED, deps.clock.now())
        await deps.store.webhooks.save(stored, after)
    return await _shown(deps, partner, after)


async def resume_webhook(deps: Deps, partner: Partner, webhook_id: str) -> Shown:
    """Go on from where it was, at once and with all that was missed.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
        WebhookUrlRefused: Its host is no longer registered.
    """
    stored = await _own(deps, partner, webhook_id)
    check_url(stored.value.url, partner.webhook_hosts, loopback_allowed=deps.outlet.loopback_allowed)
    await deps.outlet.progress.turn(webhook_id)
    after = stored.value
    if not after.may_be_suspended:
        after = after.resumed(deps.clock.now())
        await deps.store.webhooks.save(stored, after)
    deps.outlet.bell.set()
    return await _shown(deps, partner, after)


async def replay_webhook(deps: Deps, partner: Partner, webhook_id: str, since: datetime) -> Shown:
    """Send everything again from a moment on.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
    """
    stored = await _own(deps, partner, webhook_id)
    await deps.outlet.progress.turn(webhook_id, await deps.outlet.chronicle.before(since))
    deps.outlet.bell.set()
    return await _shown(deps, partner, stored.value)


async def list_attempts(
    deps: Deps, partner: Partner, webhook_id: str, limit: int, before: str | None
) -> Sequence[Attempt]:
    """What the requests for a subscription came to, the newest first.

    Raises:
        NotFound: There's no such subscription, or it is somebody else's.
    """
    await _own(deps, partner, webhook_id)
    return await deps.outlet.log.page(webhook_id, limit, before)


async def _own(deps: Deps, partner: Partner, webhook_id: str) -> Stored[Webhook]:
    stored = await deps.store.webhooks.find(webhook_id)
    if stored is None or stored.value.client_id != partner.client_id:
        raise NotFound
    if stored.value.standing is Standing.DELETED:
        raise NotFound
    return stored


async def _shown(deps: Deps, partner: Partner, webhook: Webhook) -> Shown:
    progress = await deps.outlet.progress.find(webhook.id)
    if progress is None:
        raise NotFound
    behind = await deps.outlet.chronicle.tail() - progress.position
    return Shown(webhook, progress, max(behind, 0), partner.suspended)
