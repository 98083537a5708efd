"""Partners' subscriptions: webhooks as they make, watch and end them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.contracts.certificates import CertificateStatus
from libs.contracts.partners import PARTNER_API
from services.verification.api.events import Moment, moment_of
from services.verification.api.partner_access import EventsPartner
from services.verification.domain.signatures import Scheme, SigningKey
from services.verification.domain.webhook import TRIED_FOR, Attempt, Mode, Standing
from services.verification.handlers import webhooks as handlers
from services.verification.ports import Deps

router = APIRouter(prefix=f"{PARTNER_API}/webhooks", tags=["partners"])

_MOST: Final = 500
_USUAL: Final = 100
_LONGEST_OVERLAP_HOURS: Final = 168


class WebhookIn(BaseModel):
    """A subscription to be made.

    Attributes:
        url: https, at a registered host.
        statuses: Only facts that tell one of these; empty for all.
        mode: One event per request, or up to a hundred.
        signature: `v1` with a shared secret, or `v1a` with a key pair of ours.
        since: Also what happened from then on; left out, only what happens from now on.
    """

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=500)]
    statuses: tuple[CertificateStatus, ...] = ()
    mode: Mode = Mode.SINGLE
    signature: Scheme = Scheme.HMAC
    since: Annotated[Moment | None, Field(alias="from")] = None


class RotationIn(BaseModel):
    """How a key is exchanged.

    Attributes:
        overlap_hours: For how long the present one goes on signing, too.
    """

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=_LONGEST_OVERLAP_HOURS)] = 24


class ReplayIn(BaseModel):
    """From when on everything is to be sent again."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[Moment, Field(alias="from")]


class FailureOut(BaseModel):
    """What stands in the way.

    Attributes:
        outcome: What the last failure came to: `http-500`, `timeout`, `unreachable` ...
        gives_up_at: When the subscription is suspended unless something gets through.
    """

    since: datetime
    outcome: str
    next_attempt_at: datetime
    gives_up_at: datetime


class WebhookOut(BaseModel):
    """A subscription.

    Attributes:
        state: `partner-suspended` where nothing is sent to the partner at all.
        reason: Why it is suspended: `asked`, `gone` (410) or `failing` (for 72 hours).
        detail: What the last attempt came to, where that suspended it.
        verification_key: What `v1a` signatures are checked with, beginning with `whpk_`.
        former_key_until: Until when the key before signs, too.
        behind: How many facts stand beyond the last one before which everything was delivered.
    """

    id: str
    url: str
    statuses: tuple[CertificateStatus, ...]
    mode: Mode
    signature: Scheme
    state: Literal["active", "suspended", "partner-suspended"]
    reason: Literal["asked", "gone", "failing"] | None
    detail: str
    created_at: datetime
    changed_at: datetime
    verification_key: str | None
    former_key_until: datetime | None
    behind: int
    failing: FailureOut | None


class NewWebhookOut(WebhookOut):
    """A subscription with its new key, shown this once.

    Attributes:
        secret: `whsec_` and what signatures are checked with; None where `verification_key` does that.
    """

    secret: str | None


class AttemptOut(BaseModel):
    """One request and what it came to.

    Attributes:
        webhook_id: The header of that name, the same at each attempt.
        attempt: Which attempt it was, from 1.
        status: The answer's; None where there was none.
        outcome: `delivered`, or why it wasn't.
    """

    id: str
    webhook_id: str
    event_ids: tuple[str, ...]
    attempt: int
    at: datetime
    status: int | None
    duration_ms: int
    outcome: str


@router.post("", status_code=201)
async def subscribe(
    request: Request, response: Response, partner: EventsPartner, wanted: WebhookIn
) -> NewWebhookOut:
    """Make a subscription; the answer shows its secret this once."""
    wish = handlers.Wish(
        url=wanted.url,
        statuses=wanted.statuses,
        mode=wanted.mode,
        scheme=wanted.signature,
        since=moment_of(wanted.since) if wanted.since else None,
    )
    shown, key = await handlers.subscribe(_deps(request), partner, wish)
    response.headers["location"] = f"{router.prefix}/{shown.webhook.id}"
    return _told_once(response, shown, key)


@router.get("")
async def list_webhooks(request: Request, response: Response, partner: EventsPartner) -> list[WebhookOut]:
    """All of the partner's subscriptions, the oldest first."""
    _not_kept(response)
    return [_told(shown) for shown in await handlers.list_webhooks(_deps(request), partner)]


@router.get("/{webhook_id}")
async def get_webhook(
    request: Request, response: Response, partner: EventsPartner, webhook_id: str
) -> WebhookOut:
    """One subscription."""
    _not_kept(response)
    return _told(await handlers.get_webhook(_deps(request), partner, webhook_id))


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(request: Request, partner: EventsPartner, webhook_id: str) -> None:
    """End a subscription."""
    await handlers.delete_webhook(_deps(request), partner, webhook_id)


@router.post("/{webhook_id}/rotate-secret")
async def rotate_secret(
    request: Request, response: Response, partner: EventsPartner, webhook_id: str, rotation: RotationIn
) -> NewWebhookOut:
    """Exchange the key; both sign for a while, so that no event is refused meanwhile."""
    overlap = timedelta(hours=rotation.overlap_hours)
    shown, key = await handlers.rotate_secret(_deps(request), partner, webhook_id, overlap)
    return _told_once(response, shown, key)


@router.post("/{webhook_id}/suspend")
async def suspend_webhook(
    request: Request, response: Response, partner: EventsPartner, webhook_id: str
) -> WebhookOut:
    """Send nothing more for now."""
    _not_kept(response)
    return _told(await handlers.suspend_webhook(_deps(request), partner, webhook_id))


@router.post("/{webhook_id}/resume")
async def resume_webhook(
    request: Request, response: Response, partner: EventsPartner, webhook_id: str
) -> WebhookOut:
    """Go on with all that was missed."""
    _not_kept(response)
    return _told(await handlers.resume_webhook(_deps(request), partner, webhook_id))


@router.post("/{webhook_id}/replay")
async def replay_webhook(
    request: Request, response: Response, partner: EventsPartner, webhook_id: str, replay: ReplayIn
) -> WebhookOut:
    """Send everything again from a moment on."""
    _not_kept(response)
    since = moment_of(replay.since)
    return _told(await handlers.replay_webhook(_deps(request), partner, webhook_id, since))


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    request: Request,
    response: Response,
    partner: EventsPartner,
    webhook_id: str,
    before: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _USUAL,
) -> list[AttemptOut]:
    """The delivery log of thirty days, the newest first; the `Link` leads to older entries."""
    _not_kept(response)
    attempts = await handlers.list_attempts(_deps(request), partner, webhook_id, limit, before)
    if len(attempts) == limit:
        older = f"{router.prefix}/{webhook_id}/deliveries?before={attempts[-1].id}&limit={limit}"
        response.headers["link"] = f'<{older}>; rel="next"'
    return _told_attempts(attempts)


def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


def _not_kept(response: Response) -> None:
    response.headers["cache-control"] = "no-store"


def _told(shown: handlers.Shown) -> WebhookOut:
    return WebhookOut.model_validate(_fields(shown))


def _told_once(response: Response, shown: handlers.Shown, key: SigningKey) -> NewWebhookOut:
    _not_kept(response)
    secret = key.verifier if key.scheme is Scheme.HMAC else None
    return NewWebhookOut.model_validate({**_fields(shown), "secret": secret})


def _fields(shown: handlers.Shown) -> dict[str, object]:
    webhook, trouble, keys = shown.webhook, shown.progress.trouble, shown.webhook.personal
    public = SigningKey(keys.present).verifier if keys and webhook.scheme is Scheme.ED25519 else None
    held_back = shown.partner_suspended and webhook.standing is Standing.ACTIVE
    failing = trouble and {
        "since": trouble.since,
        "outcome": trouble.reason,
        "next_attempt_at": trouble.next_at,
        "gives_up_at": trouble.since + TRIED_FOR,
    }
    return {
        "id": webhook.id,
        "url": webhook.url,
        "statuses": webhook.statuses,
        "mode": webhook.mode,
        "signature": webhook.scheme,
        "state": "partner-suspended" if held_back else webhook.standing.value,
        "reason": webhook.reason,
        "detail": webhook.detail,
        "created_at": webhook.created_at,
        "changed_at": webhook.changed_at,
        "verification_key": public,
        "former_key_until": keys.former_until if keys else None,
        "behind": shown.behind,
        "failing": failing,
    }


def _told_attempts(attempts: Sequence[Attempt]) -> list[AttemptOut]:
    return [
        AttemptOut(
            id=each.id,
            webhook_id=each.message_id,
            event_ids=each.event_ids,
            attempt=each.tries,
            at=each.at,
            status=each.status,
            duration_ms=each.duration_ms,
            outcome=each.outcome,
        )
        for each in attempts
    ]
