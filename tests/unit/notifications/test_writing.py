"""Each event makes its message, once, and waits for a contact that isn't there yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from libs.chassis.errors import AlreadyApplied, NotYet
from libs.contracts.certificates import (
    CertificateCorrected,
    CertificateDuplicated,
    CertificateExpiring,
    CertificateHandedOver,
    CertificateIssued,
    CertificateResumed,
    CertificateRevoked,
    CertificateSuspended,
    ReissueDropped,
    ReissueOpened,
)
from libs.contracts.event import Event
from libs.contracts.identity import CitizenRegistered, RegistrationRepeated, SecretCodeChanged
from libs.contracts.people import IdentifierKind
from libs.contracts.requests import (
    CompletionReceived,
    CompletionRequested,
    FileDeposited,
    MedicalFileFound,
    MedicalFileMissing,
    RequestClosed,
    RequestRefused,
)
from services.notifications.domain import Item, State
from tests.support.notifying import CODE, NOON, PERSON, about_request, notifying

CERTIFICATE = {
    "certificate_id": "request-1",
    "request_id": "request-1",
    "person_id": PERSON,
    "centre": "COAPH-061",
}
NEW_VERSION: dict[str, Any] = {
    "number": "2026/000123",
    "version": 2,
    "issued_on": date(2026, 12, 1),
    "valid_until": None,
}
EVENTS: tuple[tuple[Event, str, State], ...] = (
    (
        CitizenRegistered(
            person_id=PERSON, identifier_kind=IdentifierKind.CIN, language="ar", registered_at=NOON
        ),
        "welcome",
        State.IN_APP,
    ),
    (RegistrationRepeated(person_id=PERSON, attempted_at=NOON), "repeated", State.QUEUED),
    (SecretCodeChanged(person_id=PERSON, changed_at=NOON), "E13", State.QUEUED),
    (MedicalFileMissing(**about_request()), "E1", State.QUEUED),
    (MedicalFileFound(**about_request()), "E2", State.QUEUED),
    (FileDeposited(**about_request(deposited_at=NOON)), "deposited", State.IN_APP),
    (CompletionRequested(**about_request(items=("photos",), due_on=date(2027, 1, 12))), "E4", State.QUEUED),
    (CompletionReceived(**about_request()), "E5", State.QUEUED),
    (RequestRefused(**about_request(refused_at=NOON)), "E6", State.QUEUED),
    (RequestClosed(**about_request(outcome="no_deposit", closed_at=NOON)), "E8", State.QUEUED),
    (
        CertificateIssued(
            **CERTIFICATE, number="2026/000123", issued_on=date(2026, 11, 20), valid_until=None
        ),
        "E3",
        State.QUEUED,
    ),
    (CertificateHandedOver(**CERTIFICATE, handed_over_at=NOON), "handed-over", State.IN_APP),
    (CertificateExpiring(**CERTIFICATE, days=90, valid_until=date(2027, 2, 21)), "E9", State.QUEUED),
    (CertificateSuspended(**CERTIFICATE, suspended_at=NOON), "E10", State.QUEUED),
    (CertificateResumed(**CERTIFICATE, resumed_at=NOON), "E10", State.QUEUED),
    (CertificateRevoked(**CERTIFICATE, revoked_at=NOON), "E10", State.QUEUED),
    (CertificateCorrected(**CERTIFICATE, **NEW_VERSION), "E11", State.QUEUED),
    (CertificateDuplicated(**CERTIFICATE, **NEW_VERSION), "E11", State.QUEUED),
    (ReissueOpened(**CERTIFICATE, kind="duplicate", opened_at=NOON), "reissue-opened", State.IN_APP),
    (ReissueDropped(**CERTIFICATE, kind="correction", dropped_at=NOON), "reissue-dropped", State.IN_APP),
)


@pytest.mark.parametrize(
    ("event", "template", "state"), EVENTS, ids=lambda part: type(part).__name__ if part else ""
)
async def test_event_makes_its_message(event: Event, template: str, state: State) -> None:
    service = await notifying()
    await service.know("fr")
    await service.tell(event)
    (message,) = await service.messages()
    assert (message.template, message.state, message.language) == (template, state, "fr")
    assert service.deps.waiting.is_set() is (state is State.QUEUED)


async def test_nothing_is_written_to_the_dead() -> None:
    service = await notifying()
    await service.know()
    with pytest.raises(AlreadyApplied):
        await service.tell(CertificateRevoked(**CERTIFICATE, revoked_at=NOON, tell_holder=False))
    assert await service.messages() == []


@pytest.mark.parametrize(
    ("reason", "template"), [("registered", "E0"), ("forgotten", "E12"), ("locked", "E12")]
)
async def test_a_code_goes_out_with_the_template_of_its_reason(reason: str, template: str) -> None:
    service = await notifying()
    await service.know()
    await service.issue_code(reason=reason)
    (message,) = await service.messages()
    assert message.template == template
    assert message.personal is not None
    assert message.personal.code == CODE
    assert message.give_up_at == NOON + timedelta(hours=1)


async def test_a_completion_keeps_what_is_missing_and_until_when() -> None:
    service = await notifying()
    await service.know()
    event = CompletionRequested(**about_request(items=("photos", "x-ray"), due_on=date(2027, 1, 12)))
    await service.tell(event)
    (message,) = await service.messages()
    assert message.about.items == (Item.PHOTOS, Item.OTHER)
    assert message.about.due_on == date(2027, 1, 12)
    assert message.about.reference == "2026-0000123"


async def test_an_event_before_its_contact_waits() -> None:
    service = await notifying()
    with pytest.raises(NotYet):
        await service.issue_code()
    assert await service.messages() == []


async def test_an_event_told_twice_makes_one_message() -> None:
    service = await notifying()
    await service.know()
    event_id = await service.tell(MedicalFileFound(**about_request()))
    with pytest.raises(AlreadyApplied):
        await service.tell(MedicalFileFound(**about_request()), event_id=event_id)
    assert len(await service.messages()) == 1


async def test_a_replayed_event_makes_no_message() -> None:
    service = await notifying()
    await service.know()
    with pytest.raises(AlreadyApplied):
        await service.tell(MedicalFileFound(**about_request()), replayed=True)
    assert await service.messages() == []


async def test_a_contact_in_a_language_without_words_is_written_to_in_arabic() -> None:
    service = await notifying()
    await service.know("zgh")
    await service.tell(MedicalFileFound(**about_request()))
    assert [message.language for message in await service.messages()] == ["ar"]


async def test_of_a_persons_details_only_the_address_is_kept() -> None:
    service = await notifying()
    await service.know(email="brahim@example.org")
    contact = await service.store.contacts.get(PERSON)
    assert contact.value.personal is not None
    assert vars(contact.value.personal) == {"email": "brahim@example.org"}
