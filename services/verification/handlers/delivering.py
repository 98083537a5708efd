"""Finds the subscriptions that have something to be sent and serves each, one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.errors import Retryable
from libs.chassis.mongo import UNREACHABLE
from libs.chassis.pausing import pause
from services.verification.domain.webhook import Progress, Standing, Webhook
from services.verification.handlers.couriering import Courier
from services.verification.ports import Deps
from services.verification.ports.outlet import FencedLease

log = structlog.get_logger(__name__)

_LOOK_AGAIN_S: Final = 1.0
_AT_MOST_EVERY_S: Final = 0.05
_MOST: Final = 10_000


class Dispatch:
    """Keeps every subscription of every partner served, as far as this process leads them.

    Args:
        deps: The service's parts.
    """

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._leases: dict[str, FencedLease] = {}
        self._couriers: dict[str, Courier] = {}

    async def keep_delivering(self, stop: asyncio.Event) -> None:
        """Deliver until `stop`; an unreachable database is waited for."""
        bell = self._deps.outlet.bell
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                bell.clear()
                try:
                    await self._start_due(group)
                except (Retryable, *UNREACHABLE) as error:
                    log.warning("webhooks.waiting", cause=type(error).__name__)
                await pause(stop, _AT_MOST_EVERY_S)
                if not stop.is_set():
                    await pause(bell, _LOOK_AGAIN_S)
            for courier in self._couriers.values():
                courier.close()
        await self._let_go()

    async def deliver_due(self) -> int:
        """Send what is due now and see it through.

        Returns:
            How many subscriptions had something to be sent.
        """
        async with asyncio.TaskGroup() as group:
            started = await self._start_due(group)
        await self._let_go()
        return started

    async def _start_due(self, group: asyncio.TaskGroup) -> int:
        tail = await self._deps.outlet.chronicle.tail()
        progress = await self._deps.outlet.progress.all()
        now = self._deps.clock.now()
        due = {
            webhook_id: at
            for webhook_id, at in progress.items()
            if webhook_id not in self._couriers and at.is_due(tail, now)
        }
        for webhook_id in self._leases.keys() - due.keys() - self._couriers.keys():
            await self._leases.pop(webhook_id).release()
        served = [stored.value for stored in await self._served() if stored.id in due] if due else []
        return sum([await self._start(group, webhook, due[webhook.id]) for webhook in served])

    async def _start(self, group: asyncio.TaskGroup, webhook: Webhook, progress: Progress) -> bool:
        lease = self._leases.get(webhook.id) or self._deps.outlet.lease_of(webhook.id)
        self._leases[webhook.id] = lease
        if not await lease.held():
            return False
        # Whoever led before may have come further since.
        current = await self._deps.outlet.progress.find(webhook.id) or progress
        courier = Courier(self._deps, webhook, current, lease)
        self._couriers[webhook.id] = courier
        group.create_task(self._run(webhook.id, courier))
        return True

    async def _run(self, webhook_id: str, courier: Courier) -> None:
        try:
            await courier.run()
        except* (Retryable, *UNREACHABLE) as group:
            cause = type(group.exceptions[0]).__name__
            log.warning("webhook.waiting", webhook_id=webhook_id, cause=cause)
        finally:
            self._couriers.pop(webhook_id, None)

    async def _let_go(self) -> None:
        """Let others lead at once."""
        for lease in self._leases.values():
            await lease.release()
        self._leases.clear()

    async def _served(self) -> Sequence[Stored[Webhook]]:
        """The subscriptions that are active, of partners who may be told."""
        active = await self._deps.store.webhooks.find_by({"standing": Standing.ACTIVE}, limit=_MOST)
        partners = {
            client_id: await self._deps.store.partners.find(client_id)
            for client_id in {stored.value.client_id for stored in active}
        }
        return [
            stored
            for stored in active
            if (partner := partners[stored.value.client_id]) and stored.value.may_be_served(partner.value)
        ]
