"""A message's way: waiting, in hand, put off, taken or given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain import (
    LEASE,
    MAIL_TRIED_FOR,
    About,
    Address,
    Contact,
    Item,
    Secret,
    State,
    Template,
    compose,
    known_items,
)

NOW = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
CONTACT = Contact("person-1", "ar", active=True, personal=Address("a@example.org"))


def test_the_same_event_makes_the_same_id_and_another_template_another() -> None:
    ids = [
        compose(event, CONTACT, template, About(), NOW).id
        for event, template in (
            ("e1", Template.DEPOSIT_INVITED),
            ("e1", Template.DEPOSIT_INVITED),
            ("e1", Template.REQUEST_RECEIVED),
            ("e2", Template.DEPOSIT_INVITED),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_a_mail_is_due_at_once() -> None:
    message = compose("e1", CONTACT, Template.REQUEST_RECEIVED, About(), NOW)
    assert message.state is State.QUEUED
    assert message.next_at == NOW.replace(microsecond=0)
    assert message.give_up_at == NOW + MAIL_TRIED_FOR


@pytest.mark.parametrize("template", [Template.WELCOME, Template.FILE_DEPOSITED, Template.HANDED_OVER])
def test_some_messages_only_stand_in_the_pages(template: Template) -> None:
    message = compose("e1", CONTACT, template, About(), NOW)
    assert (message.state, message.next_at) == (State.IN_APP, None)


def test_a_closed_account_gets_no_mail_and_keeps_no_code() -> None:
    closed = replace(CONTACT, active=False)
    message = compose("e1", closed, Template.CODE_RESET, About(), NOW, Secret("7K3MQ9XC"))
    assert (message.state, message.personal) == (State.IN_APP, None)


def test_a_code_is_not_mailed_after_it_has_expired() -> None:
    about = About(expires_at=NOW + timedelta(minutes=30))
    message = compose("e1", CONTACT, Template.FIRST_CODE, about, NOW, Secret("7K3MQ9XC"))
    assert not message.overdue(NOW + timedelta(minutes=29))
    assert message.overdue(NOW + timedelta(minutes=30))


def test_a_claim_is_a_lease() -> None:
    claimed = compose("e1", CONTACT, Template.REQUEST_RECEIVED, About(), NOW).claimed(NOW)
    assert (claimed.state, claimed.attempts) == (State.SENDING, 1)
    assert claimed.next_at == NOW.replace(microsecond=0) + LEASE


def test_each_wait_is_twice_as_long_up_to_an_hour() -> None:
    message, waits = compose("e1", CONTACT, Template.REQUEST_RECEIVED, About(), NOW), []
    for _ in range(12):
        message = message.claimed(NOW).deferred(NOW)
        assert message.next_at is not None
        waits.append((message.next_at - NOW.replace(microsecond=0)).total_seconds())
    assert waits[:4] == [15, 30, 60, 120]
    assert waits[-1] == 3600


def test_no_wait_goes_beyond_the_end_of_all_trying() -> None:
    message = compose("e1", CONTACT, Template.REQUEST_RECEIVED, About(), NOW)
    late = NOW + MAIL_TRIED_FOR - timedelta(seconds=5)
    assert message.claimed(late).deferred(late).next_at == message.give_up_at.replace(microsecond=0)


@pytest.mark.parametrize("end", ["sent", "failed"])
def test_the_code_is_forgotten_at_the_end(end: str) -> None:
    message = compose("e1", CONTACT, Template.FIRST_CODE, About(), NOW, Secret("7K3MQ9XC")).claimed(NOW)
    settled = getattr(message, end)(NOW)
    assert (settled.personal, settled.next_at, settled.settled_at) == (None, None, NOW)


def test_items_without_a_word_become_one_other() -> None:
    assert known_items(["photos", "x-ray", "hologram", "photos"]) == (Item.PHOTOS, Item.OTHER)
