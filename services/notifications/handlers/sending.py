"""Sends what waits: claims a message by a write, hands it over, and writes down what became of it."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from libs.chassis.errors import KeyMissing, Retryable, Stale
from libs.chassis.mongo import UNREACHABLE
from libs.contracts.notifications import MessageFailed, MessageSent
from services.notifications.domain import Message
from services.notifications.errors import MailDeferred, MailRefused, MailServerDown
from services.notifications.ports import Deps, Mail, MailSession

log = structlog.get_logger(__name__)

BATCH_MESSAGES: Final = 50

_IDLE_S: Final = 1.0
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0


async def keep_sending(deps: Deps, stop: asyncio.Event) -> None:
    """Send until `stop`; an unreachable mail server or database is waited for."""
    pause_s = _FIRST_PAUSE_S
    while not stop.is_set():
        deps.waiting.clear()
        try:
            handled = await send_due(deps)
        except (Retryable, *UNREACHABLE) as error:
            log.warning("mail.waiting", cause=type(error).__name__, pause_s=pause_s)
            await _rest(stop, stop, pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            continue
        pause_s = _FIRST_PAUSE_S
        if not handled:
            await _rest(stop, deps.waiting, _IDLE_S)


async def send_due(deps: Deps) -> int:
    """Send one batch of what is due.

    Returns:
        How many messages were due.

    Raises:
        MailServerDown: The server doesn't answer; what wasn't tried stays as it was.
    """
    due = await deps.store.due(deps.clock.now(), BATCH_MESSAGES)
    timely = [stored for stored in due if not await _gave_up(deps, stored)]
    if timely:
        async with deps.post_office.session() as session:
            for stored in timely:
                await _send(deps, session, stored)
    return len(due)


async def _gave_up(deps: Deps, stored: Stored[Message]) -> bool:
    if not stored.value.overdue(deps.clock.now()):
        return False
    await _note_failure(deps, stored, "gave_up")
    return True


async def _send(deps: Deps, session: MailSession, stored: Stored[Message]) -> None:
    now = deps.clock.now()
    try:
        claimed = await deps.store.messages.save(stored, stored.value.claimed(now))
    except Stale:
        return
    try:
        await session.send(await _mail(deps, claimed.value))
    except MailRefused as error:
        log.warning("mail.refused", message_id=stored.id, **error.details)
        await _note_failure(deps, claimed, "refused")
    except (MailDeferred, MailServerDown) as error:
        log.info("mail.deferred", message_id=stored.id, attempts=claimed.value.attempts, **error.details)
        await _put_off(deps, claimed)
        if isinstance(error, MailServerDown):
            raise
    else:
        await _note_success(deps, claimed)


async def _mail(deps: Deps, message: Message) -> Mail:
    """The mail of a message, to the address that its person has now.

    Raises:
        MailRefused: There's no address.
    """
    try:
        contact = await deps.store.contacts.find(message.person_id)
    except KeyMissing as error:
        raise MailRefused(cause=type(error).__name__) from error
    if contact is None or contact.value.personal is None:
        raise MailRefused(cause="no address")
    letter = deps.letters.write(message)
    return Mail(message.id, contact.value.personal.email, letter, message.created_at)


async def _note_success(deps: Deps, claimed: Stored[Message]) -> None:
    now, message = deps.clock.now(), claimed.value
    fact = MessageSent(
        message_id=message.id,
        person_id=message.person_id,
        template=message.template,
        request_id=message.about.request_id,
        sent_at=now,
    )
    await _settle(deps, claimed, message.sent(now), fact)
    log.info("mail.sent", message_id=message.id, template=message.template, attempts=message.attempts)


async def _note_failure(deps: Deps, stored: Stored[Message], reason: Literal["refused", "gave_up"]) -> None:
    now, message = deps.clock.now(), stored.value
    fact = MessageFailed(
        message_id=message.id,
        person_id=message.person_id,
        template=message.template,
        request_id=message.about.request_id,
        failed_at=now,
        reason=reason,
    )
    await _settle(deps, stored, message.failed(now), fact)
    log.warning("mail.failed", message_id=message.id, template=message.template, reason=reason)


async def _put_off(deps: Deps, claimed: Stored[Message]) -> None:
    try:
        await deps.store.messages.save(claimed, claimed.value.deferred(deps.clock.now()))
    except Stale:
        log.warning("mail.overtaken", message_id=claimed.id)


async def _settle(
    deps: Deps, stored: Stored[Message], after: Message, fact: MessageSent | MessageFailed
) -> None:
    """Write down the end of a message, unless the lease ran out and another process has taken over."""
    try:
        await deps.store.messages.save(stored, after, [Fact(fact)])
    except Stale:
        log.warning("mail.overtaken", message_id=stored.id)


async def _rest(stop: asyncio.Event, bell: asyncio.Event, longest_s: float) -> None:
    waits = {asyncio.create_task(event.wait()) for event in {stop, bell}}
    _, unfinished = await asyncio.wait(waits, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED)
    for task in unfinished:
        task.cancel()
