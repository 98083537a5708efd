"""Serves one subscription: reads on from where it is, keeps requests under way, notes what they came to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import structlog

from libs.chassis.ids import new_id
from services.verification.domain.public_fact import BATCH, SINGLE, Entry, batch_of
from services.verification.domain.signatures import Signers
from services.verification.domain.webhook import (
    Attempt,
    Mode,
    PartnerAnswer,
    Progress,
    Reason,
    Webhook,
    asked_wait_s,
)
from services.verification.domain.window import WIDEST, Parcel, Window
from services.verification.errors import Overtaken
from services.verification.ports import Deps
from services.verification.ports.outlet import FencedLease

log = structlog.get_logger(__name__)

_PAGE: Final = 200
_BATCH: Final = 100
_NOTED_EVERY_S: Final = 0.25
_NOTED_EVERY: Final = 200
_LOOK_AGAIN_S: Final = 1.0
_GONE: Final = HTTPStatus.GONE
_MESSAGE_ID_HEX: Final = 32


class Courier:
    """One run over what a subscription has to be sent, up to the end, to a rest, or to losing the lease.

    Args:
        deps: The service's parts.
        webhook: The subscription, its keys in it.
        progress: Where it stands.
        lease: Held by this process.
    """

    def __init__(self, deps: Deps, webhook: Webhook, progress: Progress, lease: FencedLease) -> None:
        self._deps = deps
        self._webhook = webhook
        self._turn = progress.turn
        self._lease = lease
        self._widest = 1 if webhook.mode is Mode.BATCH else WIDEST
        self._window = Window(progress, self._widest)
        self._signers = _signers(deps, webhook)
        self._attempts: list[Attempt] = []
        self._sentence: tuple[Reason, str] | None = None
        self._changed = asyncio.Event()
        self._reading = asyncio.Lock()
        self._noting = asyncio.Lock()
        self._noted_at = time.monotonic()
        self._read_all = False
        self._over = False

    def close(self) -> None:
        """Start nothing more; what is under way comes to its end."""
        self._over = True
        self._changed.set()

    async def run(self) -> None:
        """Send what is due now."""
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            workers = [group.create_task(self._work()) for _ in range(self._widest)]
            await asyncio.wait(workers)
            watching.cancel()
        await self._note()
        if self._sentence is not None:
            await self._suspend(*self._sentence)

    async def _work(self) -> None:
        while (taken := await self._next()) is not None:
            parcel, tries = taken
            began = self._deps.clock.now()
            headers = self._signers.headers(parcel.message_id, int(began.timestamp()), parcel.body)
            headers["content-type"] = parcel.content_type
            answer = await self._deps.outlet.postman.post(self._webhook.url, headers, parcel.body)
            self._settle(parcel, tries, answer)
            await self._note_in_time()

    async def _next(self) -> tuple[Parcel, int] | None:
        """The next parcel; None when there's nothing more to do in this run."""
        while not self._over:
            await self._read()
            if not await self._lease.held():
                self.close()
            elif (taken := self._window.take(self._deps.clock.now())) is not None:
                return taken
            elif self._window.under_way:
                self._changed.clear()
                await self._changed.wait()
            else:
                self.close()
        return None

    async def _read(self) -> None:
        if not self._wants_more():
            return
        async with self._reading:
            if not self._wants_more():
                return
            page = await self._deps.outlet.chronicle.after(
                self._window.read_to, _PAGE, statuses=self._webhook.statuses
            )
            entries = [entry for entry in page.entries if not self._window.went_ahead(entry.position)]
            self._window.add(parcels_of(self._webhook, entries), page.upto)
            self._read_all = len(page.entries) < _PAGE
        self._changed.set()

    def _wants_more(self) -> bool:
        return not self._read_all and not self._over and self._window.has_room

    def _settle(self, parcel: Parcel, tries: int, answer: PartnerAnswer) -> None:
        now, outcome = self._deps.clock.now(), answer.outcome
        self._attempts.append(
            Attempt(
                id=new_id(),
                webhook_id=self._webhook.id,
                message_id=parcel.message_id,
                event_ids=parcel.event_ids,
                tries=tries,
                at=now,
                status=answer.status,
                duration_ms=answer.duration_ms,
                outcome=outcome,
            )
        )
        if answer.is_taken:
            self._window.delivered(parcel)
        else:
            asked_s = asked_wait_s(answer.retry_after, now)
            self._window.failed(parcel, now, outcome, chance=self._deps.outlet.chance(), asked_s=asked_s)
            trouble = self._window.trouble
            if answer.status == _GONE:
                self._sentence = (Reason.GONE, outcome)
            elif trouble is not None and trouble.is_hopeless(now):
                self._sentence = self._sentence or (Reason.FAILING, outcome)
        if self._sentence is not None:
            self.close()
        self._changed.set()

    async def _note_in_time(self) -> None:
        early = time.monotonic() - self._noted_at < _NOTED_EVERY_S
        if self._noting.locked() or (early and len(self._attempts) < _NOTED_EVERY):
            return
        await self._note()

    async def _note(self) -> None:
        """Write down what was tried, then how far it has come: never the other way round."""
        async with self._noting:
            attempts, self._attempts = self._attempts, []
            progress = self._window.progress()
            self._noted_at = time.monotonic()
            await self._deps.outlet.log.note(attempts)
            try:
                await self._deps.outlet.progress.note(self._webhook.id, progress, self._lease.fence)
            except Overtaken:
                log.info("webhook.overtaken", webhook_id=self._webhook.id)
                self.close()

    async def _watch(self) -> None:
        """Keep the lease while requests are under way, and see what was decided meanwhile."""
        while not self._over:
            await asyncio.sleep(_LOOK_AGAIN_S)
            if not await self._lease.held() or not await self._is_still_wanted():
                self.close()

    async def _is_still_wanted(self) -> bool:
        found = await self._deps.store.webhooks.find(self._webhook.id)
        progress = await self._deps.outlet.progress.find(self._webhook.id)
        partner = await self._deps.store.partners.find(self._webhook.client_id)
        if found is None or progress is None or progress.turn != self._turn:
            return False
        if not found.value.may_be_served(partner.value if partner else None):
            return False
        self._signers = _signers(self._deps, found.value)
        return True

    async def _suspend(self, reason: Reason, detail: str) -> None:
        stored = await self._deps.store.webhooks.get(self._webhook.id)
        if stored.value.may_be_suspended:
            after = stored.value.suspended(reason, self._deps.clock.now(), detail)
            await self._deps.store.webhooks.save(stored, after)
            log.warning("webhook.suspended", webhook_id=stored.id, reason=reason, outcome=detail)


def parcels_of(webhook: Webhook, entries: Sequence[Entry]) -> Iterator[Parcel]:
    """What a subscription's requests carry: one event each, or up to a hundred."""
    if webhook.mode is Mode.SINGLE:
        for entry in entries:
            fact = entry.fact
            yield Parcel(fact.id, fact.certificate_id, (entry.position,), (fact.id,), SINGLE, fact.body)
        return
    for begin in range(0, len(entries), _BATCH):
        part = entries[begin : begin + _BATCH]
        event_ids = tuple(entry.fact.id for entry in part)
        digest = sha256("\n".join((webhook.id, *event_ids)).encode()).hexdigest()
        yield Parcel(
            message_id=f"batch_{digest[:_MESSAGE_ID_HEX]}",
            lane="",
            positions=tuple(entry.position for entry in part),
            event_ids=event_ids,
            content_type=BATCH,
            body=batch_of([entry.fact.body for entry in part]),
        )


def _signers(deps: Deps, webhook: Webhook) -> Signers:
    keys = webhook.personal
    return Signers.of(keys.at(deps.clock.now()) if keys else ())
