"""Every mail comes to an end that is told: sent, refused or given up; none goes out twice without need."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog

from libs.chassis.logging import configure_logging
from libs.contracts.identity import SecretCodeChanged
from libs.contracts.requests import MedicalFileFound
from services.notifications.domain import LEASE, MAIL_TRIED_FOR, State
from services.notifications.errors import MailDeferred, MailRefused, MailServerDown
from services.notifications.handlers.sending import keep_sending, send_due
from tests.support.notifying import CODE, NOON, PERSON, Notifying, about_request, notifying


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging("notifications", level="DEBUG", stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


async def with_mails(count: int = 1) -> Notifying:
    service = await notifying()
    await service.know()
    for number in range(count):
        await service.tell(MedicalFileFound(**about_request(reference=f"2026-{number:07}")))
    return service


async def states(service: Notifying) -> list[State]:
    return [message.state for message in await service.messages()]


async def test_a_mail_goes_to_the_address_of_now_and_is_told() -> None:
    service = await with_mails()
    await service.know(email="new@example.org")
    assert await send_due(service.deps) == 1
    (mail,) = service.post_office.taken
    (message,) = await service.messages()
    assert (mail.recipient, mail.message_id, mail.date) == ("new@example.org", message.id, NOON)
    assert (message.state, message.settled_at) == (State.SENT, NOON)
    assert await service.platform.published() == ["MessageSent"]


async def test_what_was_sent_is_not_sent_again() -> None:
    service = await with_mails()
    await send_due(service.deps)
    service.clock.advance(timedelta(days=1))
    assert await send_due(service.deps) == 0
    assert len(service.post_office.taken) == 1


async def test_a_batch_goes_through_one_session() -> None:
    service = await with_mails(5)
    await send_due(service.deps)
    assert (service.post_office.sessions, len(service.post_office.taken)) == (1, 5)


async def test_a_refused_mail_fails_and_the_others_go_on() -> None:
    service = await with_mails(2)
    service.post_office.troubles = [MailRefused(reply=550)]
    await send_due(service.deps)
    assert sorted(await states(service)) == [State.FAILED, State.SENT]
    assert sorted(await service.platform.published()) == ["MessageFailed", "MessageSent"]


async def test_a_deferred_mail_is_tried_again_later_with_the_same_id() -> None:
    service = await with_mails()
    service.post_office.troubles = [MailDeferred(reply=451)]
    await send_due(service.deps)
    assert await states(service) == [State.QUEUED]
    assert await send_due(service.deps) == 0
    service.clock.advance(timedelta(seconds=15))
    await send_due(service.deps)
    (mail,) = service.post_office.taken
    (message,) = await service.messages()
    assert (message.state, message.attempts, mail.message_id) == (State.SENT, 2, message.id)


async def test_a_mail_that_is_never_taken_is_given_up_after_three_days() -> None:
    service = await with_mails()
    service.post_office.troubles = [MailDeferred(reply=450)] * 200
    tries = 0
    while (await states(service)) == [State.QUEUED] and tries < 200:
        await send_due(service.deps)
        service.clock.advance(timedelta(minutes=30))
        tries += 1
    (message,) = await service.messages()
    assert message.state is State.FAILED
    assert message.settled_at is not None
    assert timedelta(0) <= message.settled_at - NOON - MAIL_TRIED_FOR < timedelta(hours=1)
    assert await service.platform.published() == ["MessageFailed"]


async def test_an_unreachable_server_costs_no_mail_a_try() -> None:
    service = await with_mails(3)
    service.post_office.closed = True
    with pytest.raises(MailServerDown):
        await send_due(service.deps)
    assert [message.attempts for message in await service.messages()] == [0, 0, 0]


async def test_a_broken_conversation_puts_off_only_the_mail_in_hand() -> None:
    service = await with_mails(3)
    service.post_office.troubles = [MailServerDown()]
    with pytest.raises(MailServerDown):
        await send_due(service.deps)
    assert sorted(message.attempts for message in await service.messages()) == [0, 0, 1]
    await send_due(service.deps)
    assert len(service.post_office.taken) == 2


async def test_a_claim_whose_process_died_is_taken_up_after_its_lease() -> None:
    service = await with_mails()
    (stored,) = await service.store.due(service.clock.now(), 10)
    await service.store.messages.save(stored, stored.value.claimed(service.clock.now()))
    assert await send_due(service.deps) == 0
    service.clock.advance(LEASE)
    assert await send_due(service.deps) == 1
    assert await states(service) == [State.SENT]


async def test_two_senders_send_a_mail_once() -> None:
    service = await with_mails(20)
    await asyncio.gather(send_due(service.deps), send_due(service.deps))
    assert len({mail.message_id for mail in service.post_office.taken}) == 20
    assert len(service.post_office.taken) == 20


async def test_a_code_is_gone_once_it_is_sent() -> None:
    service = await notifying()
    await service.know()
    await service.issue_code()
    await send_due(service.deps)
    (message,) = await service.messages()
    assert CODE in service.post_office.taken[0].letter.text
    assert message.personal is None


async def test_an_expired_code_is_given_up_and_gone() -> None:
    service = await notifying()
    await service.know()
    await service.issue_code()
    service.clock.advance(timedelta(hours=1))
    await send_due(service.deps)
    (message,) = await service.messages()
    assert (service.post_office.taken, message.state, message.personal) == ([], State.FAILED, None)


async def test_the_loop_sends_what_comes_without_waiting_for_its_timer() -> None:
    service, stop = await with_mails(), asyncio.Event()
    running = asyncio.create_task(keep_sending(service.deps, stop))
    await service.post_office.has_taken(1)
    await service.tell(SecretCodeChanged(person_id=PERSON, changed_at=NOON))
    await service.post_office.has_taken(2)
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_the_loop_outlives_a_mail_server_that_is_down() -> None:
    service, stop = await with_mails(), asyncio.Event()
    service.post_office.closed = True
    running = asyncio.create_task(keep_sending(service.deps, stop))
    await asyncio.sleep(0.05)
    service.post_office.closed = False
    await service.post_office.has_taken(1)
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_no_log_names_a_code_or_an_address(logged: io.StringIO) -> None:
    service = await notifying()
    await service.know(email="canary@example.org")
    for trouble in (None, MailDeferred(reply=451), MailRefused(reply=550)):
        await service.issue_code()
        service.post_office.troubles = [trouble]
        await send_due(service.deps)
    text = logged.getvalue()
    assert "mail.sent" in text
    assert "mail.refused" in text
    assert CODE not in text
    assert "canary" not in text
