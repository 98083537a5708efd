"""The service on real parts: from an event in Kafka to a mail at its server and the fact that tells of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from libs.chassis.clock import SystemClock
from libs.contracts.identity import PersonState, SecretCode, SecretCodeIssued
from libs.contracts.notifications import MessageSent
from libs.contracts.people import Identifier, IdentifierKind, PersonDetails
from services.notifications.domain import State
from services.notifications.main import build
from services.notifications.ports import Deps
from services.notifications.settings import NotificationsSettings
from tests.support.neighbours import PATIENCE_S, Neighbours
from tests.support.parts import KafkaPart, MongoPart
from tests.support.smtp import Sink, smtp_sink

KEK = os.urandom(32)
PERSON = "person-of-notifications"
CODE = "7K3MQ9XC"


@dataclass
class Running:
    """The service at work, its mail server and its neighbours."""

    deps: Deps
    sink: Sink
    neighbours: Neighbours


@pytest.fixture(scope="module")
async def running(mongo: MongoPart, kafka: KafkaPart) -> AsyncIterator[Running]:
    user, password = kafka.credentials("notifications")
    async with smtp_sink(end=[b"451 4.3.0 later"]) as sink:
        settings = NotificationsSettings(
            environment="test",
            http_port=0,
            public_origin="http://localhost:8080",
            mongo_url=mongo.url_for("notifications_service"),
            mongo_database="notifications_service",
            kafka_bootstrap=kafka.bootstrap,
            kafka_user=user,
            kafka_password=password,
            kafka_security="SASL_PLAINTEXT",
            kek=KEK,
            lookup_key=os.urandom(32),
            smtp_host="127.0.0.1",
            smtp_port=sink.port,
            sender="notification@khadamaty.example",
        )
        service = await build(settings)
        stop = asyncio.Event()
        task = asyncio.create_task(service.run(stop))
        yield Running(service.app.state.deps, sink, Neighbours(kafka, "notifications", KEK))
        stop.set()
        await task


async def test_a_code_told_before_key_and_contact_is_deferred_once_and_arrives(running: Running) -> None:
    neighbours = running.neighbours
    await neighbours.vault.create(PERSON)
    issued = SecretCodeIssued(
        person_id=PERSON, reason="registered", expires_at=SystemClock().now() + timedelta(hours=1)
    )
    await neighbours.tell(PERSON, issued, SecretCode(code=CODE))
    identifier = Identifier(kind=IdentifierKind.CIN, number="ZZ100005")
    details = PersonDetails(identifier=identifier, birth_date=date(1994, 3, 8), email="yassine@example.org")
    await neighbours.tell(PERSON, PersonState(person_id=PERSON, language="fr"), details)
    await neighbours.share_key(PERSON)
    told = await neighbours.hear("requests", MessageSent, PERSON)
    assert (told.person_id, told.template) == (PERSON, "E0")
    assert len(running.sink.seen) == 2
    (mail,) = running.sink.mails()
    assert mail["To"] == "yassine@example.org"
    assert mail["Message-ID"] == f"<{told.message_id}@khadamaty.example>"
    text = mail.get_body(("plain",))
    assert text is not None
    assert CODE in text.get_content()
    await settled(running)


async def settled(running: Running) -> None:
    """The message ends as sent, its code forgotten."""
    async with asyncio.timeout(PATIENCE_S):
        (message,) = await running.deps.store.messages_of(PERSON, 10)
    assert (message.state, message.personal, message.attempts) == (State.SENT, None, 2)
