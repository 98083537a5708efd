"""Mails over a real SMTP conversation, with a server that says yes, later, no, or hangs up."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from services.notifications.adapters.smtp import Server, SmtpPostOffice
from services.notifications.domain import State
from services.notifications.errors import MailDeferred, MailRefused, MailServerDown
from services.notifications.handlers.sending import send_due
from services.notifications.ports import Letter, Mail
from tests.support.notifying import Notifying, notifying
from tests.support.smtp import CLOSE, Sink, smtp_sink

ARABIC = "سيدي(تي):\n\nنخبركم أنه تم التوصل بطلبكم.\n.\n..\nالتوقيع"


def mail(recipient: str = "yassine@example.org", **letter: str) -> Mail:
    words = {"subject": "دعوة لإيداع الطلب", "text": ARABIC, "html": "<p>نخبركم</p>", "language": "ar-MA"}
    return Mail("0190-abc", recipient, Letter(**(words | letter)), datetime(2026, 11, 23, 12, tzinfo=UTC))


def office(sink: Sink) -> SmtpPostOffice:
    return SmtpPostOffice(
        Server("127.0.0.1", sink.port, timeout_s=1), "notification@khadamaty.example", "Khadamaty"
    )


async def hand_in(sink: Sink, *mails: Mail) -> None:
    async with office(sink).session() as session:
        for each in mails:
            await session.send(each)


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with smtp_sink() as sink:
        await hand_in(sink, mail())
        (taken,) = sink.mails()
    assert taken["From"] == "Khadamaty <notification@khadamaty.example>"
    assert taken["To"] == "yassine@example.org"
    assert taken["Subject"] == "دعوة لإيداع الطلب"
    assert taken["Message-ID"] == "<0190-abc@khadamaty.example>"
    assert taken["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Content-Language"] == "ar-MA"
    text, html = taken.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().strip() == ARABIC
    assert html.get_content_type() == "text/html"
    assert html.get_content().strip() == "<p>نخبركم</p>"


async def test_one_connection_serves_a_batch_and_parts_politely() -> None:
    async with smtp_sink() as sink:
        await hand_in(sink, *(mail() for _ in range(5)))
    assert (sink.connections, len(sink.taken)) == (1, 5)
    assert sink.lines[-1].strip() == b"QUIT"


@pytest.mark.parametrize("verb", ["rcpt", "data", "end"])
@pytest.mark.parametrize("reply", [b"450 4.2.0 greylisted", b"451 4.3.0 later", b"452 4.2.2 full"])
async def test_not_now_means_later_and_the_conversation_goes_on(verb: str, reply: bytes) -> None:
    async with smtp_sink(**{verb: [reply]}) as sink, office(sink).session() as session:
        with pytest.raises(MailDeferred):
            await session.send(mail())
        await session.send(mail())
    assert len(sink.taken) == 1


@pytest.mark.parametrize("verb", ["rcpt", "data", "end"])
@pytest.mark.parametrize("reply", [b"550 5.1.1 unknown", b"552 5.2.2 too much", b"554 5.7.1 no"])
async def test_never_means_refused_and_the_conversation_goes_on(verb: str, reply: bytes) -> None:
    async with smtp_sink(**{verb: [reply]}) as sink, office(sink).session() as session:
        with pytest.raises(MailRefused) as refused:
            await session.send(mail())
        await session.send(mail())
    assert refused.value.details["reply"] == int(reply[:3])
    assert len(sink.taken) == 1


async def test_a_refused_sender_is_not_held_against_the_mail() -> None:
    async with smtp_sink(mail=[b"550 5.7.1 not from you"]) as sink:
        with pytest.raises(MailDeferred):
            await hand_in(sink, mail())


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "end"])
@pytest.mark.parametrize("reply", [b"421 4.3.2 closing", CLOSE])
async def test_a_conversation_that_breaks_off_is_told(verb: str, reply: bytes) -> None:
    async with smtp_sink(**{verb: [reply]}) as sink:
        with pytest.raises(MailServerDown):
            await hand_in(sink, mail())
    assert sink.taken == []


@pytest.mark.parametrize("reply", [b"421 busy", b"554 no service", CLOSE])
async def test_a_server_that_opens_no_conversation_is_told(reply: bytes) -> None:
    async with smtp_sink(connect=[reply]) as sink:
        with pytest.raises(MailServerDown):
            await hand_in(sink, mail())


async def test_nobody_listening_is_told() -> None:
    async with smtp_sink() as sink:
        pass
    with pytest.raises(MailServerDown):
        await hand_in(sink, mail())


@pytest.mark.parametrize(
    "recipient",
    [
        "a@example.org\r\nBcc: thief@example.org",
        "a@example.org>\r\nRCPT TO:<thief@example.org",
        "a@example.org\nX: y",
        "a\0@example.org",
        "a@example.org, thief@example.org",
        "no address",
        "",
    ],
)
async def test_an_address_can_smuggle_in_nothing(recipient: str) -> None:
    async with smtp_sink() as sink:
        with pytest.raises(MailRefused):
            await hand_in(sink, mail(recipient))
    assert sink.taken == []
    assert not any(b"thief" in line for line in sink.lines)


async def test_a_subject_can_smuggle_in_no_header() -> None:
    async with smtp_sink() as sink:
        with pytest.raises(MailRefused):
            await hand_in(sink, mail(subject="hello\r\nBcc: thief@example.org"))
    assert sink.taken == []


async def one_waiting() -> Notifying:
    service = await notifying()
    await service.know()
    await service.issue_code()
    return service


async def test_hanging_up_after_the_data_repeats_the_mail_under_the_same_id() -> None:
    service = await one_waiting()
    async with smtp_sink(end=[CLOSE]) as sink:
        deps = type(service.deps)(**(vars(service.deps) | {"post_office": office(sink)}))
        with pytest.raises(MailServerDown):
            await send_due(deps)
        (message,) = await service.messages()
        assert message.state is State.QUEUED
        assert message.next_at is not None
        service.clock.advance(message.next_at - service.clock.now())
        await send_due(deps)
    ids = [re.search(rb"Message-ID: (\S+)", raw) for raw in sink.seen]
    assert len(sink.seen) == 2
    assert len({found.group(1) for found in ids if found}) == 1
    assert [message.state for message in await service.messages()] == [State.SENT]
