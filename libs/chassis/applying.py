"""Applies records through a service's table, and tells what stands against one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from pydantic import ValidationError

from libs.chassis.aggregates import Copied
from libs.chassis.correlation import correlated
from libs.chassis.crypto import Vault
from libs.chassis.delivery import Delivery, opened
from libs.chassis.errors import AlreadyApplied, DependencyDown, NotYet, Permanent, Retryable, ServiceError
from libs.chassis.log import Record
from libs.chassis.metrics import EVENTS_APPLIED
from libs.chassis.mongo import UNREACHABLE
from libs.chassis.subscription import Copy, On
from libs.contracts.event import Envelope, MalformedEnvelope

log = structlog.get_logger(__name__)

_TRIES = 3
_TRY_AGAIN_S = 0.05


class Applying:
    """The rows that have effects, and what they work with."""

    def __init__(self, rows: Sequence[On | Copy], deps: object, vault: Vault) -> None:
        self._rows: Mapping[str, On | Copy] = {row.event.type_name(): row for row in rows}
        self._deps = deps
        self._vault = vault

    def follows(self, record: Record) -> bool:
        """False for a type that has no row; an unreadable record is the service's to bury."""
        return not record.type or record.type in self._rows

    async def copy(self, lanes: Mapping[str, Sequence[Record]]) -> list[str]:
        """Write the newest state of each lane that ends in a copy, all in one go.

        Returns:
            The lanes that this settled; what can't be read is left to be judged one by one.
        """
        done: list[str] = []
        copies: dict[Copy, list[Copied[Any]]] = {}
        for lane, records in lanes.items():
            row = self._rows.get(records[-1].type)
            if isinstance(row, Copy):
                try:
                    delivery = await self._delivered(records[-1], row)
                except (MalformedEnvelope, ValidationError, ServiceError):
                    continue
                copies.setdefault(row, []).append(row.copied(self._deps, delivery))
                done.append(lane)
        for row, states in copies.items():
            await row.store(self._deps).copy(states)
            EVENTS_APPLIED.labels(row.event.topics[0], row.event.type_name(), "copied").inc(len(states))
        return done

    async def try_a_few_times(self, record: Record) -> ServiceError | None:
        """As `attempt`, unless it may succeed in a moment."""
        verdict = None
        for attempt in range(_TRIES):
            verdict = await self.attempt(record)
            if not isinstance(verdict, Retryable) or isinstance(verdict, NotYet):
                break
            await asyncio.sleep(_TRY_AGAIN_S * attempt)
        return verdict

    async def attempt(self, record: Record) -> ServiceError | None:
        """Apply one record.

        Returns:
            None when its effect is in the datastore; otherwise what stands against it.

        Raises:
            DependencyDown: Nothing can be said until the datastore answers.
        """
        try:
            envelope = Envelope.read(record.topic, record.key, record.value, record.headers)
            with correlated(envelope.correlation_id, envelope.traceparent):
                await self._apply(record, self._rows[envelope.type])
        except AlreadyApplied:
            return None
        except (DependencyDown, *UNREACHABLE):
            raise
        except (MalformedEnvelope, ValidationError) as error:
            return Permanent(type(error).__name__)
        except ServiceError as error:
            return error
        except Exception as error:
            # An unforeseen fault is parked and told, never skipped.
            log.exception("consumer.fault", topic=record.topic, place=record.place)
            return Retryable(type(error).__name__)
        return None

    async def _apply(self, record: Record, row: On | Copy) -> None:
        await row.handler(self._deps, await self._delivered(record, row))
        EVENTS_APPLIED.labels(record.topic, record.type, "applied").inc()

    async def _delivered(self, record: Record, row: On | Copy) -> Delivery[Any]:
        envelope = Envelope.read(record.topic, record.key, record.value, record.headers)
        event = row.event.model_validate_json(envelope.data)
        return await opened(envelope, event, self._vault, complete=row.complete)
