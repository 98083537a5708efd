"""What others tell: the account's copy, the certificate's progress, the mails."""

from __future__ import annotations

from datetime import datetime

from libs.chassis.aggregates import Aggregates, Copied
from libs.chassis.delivery import Delivery
from libs.contracts.certificates import (
    CertificateChecked,
    CertificateCorrected,
    CertificateDownloaded,
    CertificateDrafted,
    CertificateDuplicated,
    CertificateEvent,
    CertificateHandedOver,
    CertificateIssued,
    CertificateRegistered,
    CertificateResumed,
    CertificateReturned,
    CertificateRevoked,
    CertificateStatus,
    CertificateSuperseded,
    CertificateSuspended,
    DraftCancelled,
)
from libs.contracts.identity import PersonState
from libs.contracts.notifications import MessageEvent, MessageFailed, MessageSent
from libs.contracts.people import PersonDetails
from services.requests.domain import follow_up
from services.requests.domain.person import KnownPerson, Person
from services.requests.domain.request import Certificate, MessageNote
from services.requests.domain.stages import Action, Stage
from services.requests.handlers import facts
from services.requests.ports import Deps


def persons_in(deps: Deps) -> Aggregates[Person]:
    """Where the accounts' copies lie."""
    return deps.store.persons


def copied_person(deps: Deps, delivery: Delivery[PersonState]) -> Copied[Person]:
    """What the desk and the forms need of an account."""
    event = delivery.event
    details = delivery.opened(PersonDetails)
    person = Person(
        person_id=event.person_id,
        identifier_digest=deps.look_up(details.identifier),
        language=event.language,
        active=event.active,
        personal=KnownPerson(details.identifier, details.birth_date),
    )
    return Copied(event.person_id, person, delivery)


async def on_drafted(deps: Deps, delivery: Delivery[CertificateDrafted]) -> None:
    """Stage 4 to 5."""
    await _prepare(deps, delivery, Action.DRAFTED, Stage.CONTROL)


async def on_checked(deps: Deps, delivery: Delivery[CertificateChecked]) -> None:
    """Stage 5 to 6."""
    await _prepare(deps, delivery, Action.CONTROLLED, Stage.RECORDING)


async def on_returned(deps: Deps, delivery: Delivery[CertificateReturned]) -> None:
    """Stage 5, 6 or 7 back to 4."""
    await _prepare(deps, delivery, Action.RETURNED, Stage.DRAFTING)


async def on_registered(deps: Deps, delivery: Delivery[CertificateRegistered]) -> None:
    """Stage 6 to 7."""
    await _prepare(deps, delivery, Action.REGISTERED, Stage.SIGNATURE)


async def on_issued(deps: Deps, delivery: Delivery[CertificateIssued]) -> None:
    """Stage 7 to 8: the data bank's file names the certificate, then the request ends."""
    event = delivery.event
    stored = await deps.store.requests.get_for(delivery, event.request_id)
    now = deps.clock.now()
    certificate = Certificate(event.number, now, event.issued_on, event.valid_until)
    after = follow_up.issued(stored.value, certificate, now)
    if after.file_id is not None:
        held = await deps.store.files.get(after.file_id)
        if event.number not in held.value.certificates:
            await deps.store.files.save(held, held.value.with_certificate(event.number))
    await deps.store.requests.save(stored, after, applied=delivery)


async def on_downloaded(deps: Deps, delivery: Delivery[CertificateDownloaded]) -> None:
    """The holder took the PDF."""
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    after = follow_up.downloaded(stored.value, delivery.event.downloaded_at)
    await deps.store.requests.save(stored, after, applied=delivery)


async def on_handed_over(deps: Deps, delivery: Delivery[CertificateHandedOver]) -> None:
    """The holder took it at the desk."""
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    after = follow_up.handed_over(stored.value, delivery.event.handed_over_at)
    await deps.store.requests.save(stored, after, applied=delivery)


async def on_draft_cancelled(deps: Deps, delivery: Delivery[DraftCancelled]) -> None:
    """The withdrawal that was asked for takes effect."""
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    now = deps.clock.now()
    after = follow_up.draft_cancelled(stored.value, now)
    await deps.store.requests.save(stored, after, [facts.closed(after, now)], applied=delivery)


async def on_reissued(
    deps: Deps, delivery: Delivery[CertificateCorrected] | Delivery[CertificateDuplicated]
) -> None:
    """A corrected version or a duplicate is in force."""
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    after = follow_up.reissued(stored.value, delivery.event.issued_on)
    await deps.store.requests.save(stored, after, applied=delivery)


async def on_superseded(deps: Deps, delivery: Delivery[CertificateSuperseded]) -> None:
    """A renewal took the certificate's place."""
    await _revalue(deps, delivery, CertificateStatus.SUPERSEDED)


async def on_suspended(deps: Deps, delivery: Delivery[CertificateSuspended]) -> None:
    """The certificate has no force until an inquiry ends."""
    await _revalue(deps, delivery, CertificateStatus.SUSPENDED)


async def on_resumed(deps: Deps, delivery: Delivery[CertificateResumed]) -> None:
    """It is in force again."""
    await _revalue(deps, delivery, CertificateStatus.VALID)


async def on_revoked(deps: Deps, delivery: Delivery[CertificateRevoked]) -> None:
    """It has no force any more."""
    await _revalue(deps, delivery, CertificateStatus.REVOKED)


async def on_told_elsewhere(deps: Deps, delivery: Delivery[CertificateEvent]) -> None:
    """What changes nothing here is passed over in its order, so that no gap is seen."""
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    await deps.store.requests.save(stored, stored.value, applied=delivery)


async def on_message_sent(deps: Deps, delivery: Delivery[MessageSent]) -> None:
    """A mail about the request was accepted by a mail server."""
    await _note_message(deps, delivery, delivery.event.sent_at, sent=True)


async def on_message_failed(deps: Deps, delivery: Delivery[MessageFailed]) -> None:
    """A mail about the request will not arrive."""
    await _note_message(deps, delivery, delivery.event.failed_at, sent=False)


async def _prepare(deps: Deps, delivery: Delivery[CertificateEvent], action: Action, to: Stage) -> None:
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    after = follow_up.prepared(stored.value, action, to, deps.clock.now())
    await deps.store.requests.save(stored, after, applied=delivery)


async def _revalue(deps: Deps, delivery: Delivery[CertificateEvent], status: CertificateStatus) -> None:
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    await deps.store.requests.save(stored, follow_up.worth(stored.value, status), applied=delivery)


async def _note_message(deps: Deps, delivery: Delivery[MessageEvent], at: datetime, *, sent: bool) -> None:
    event = delivery.event
    if event.request_id is None:
        return
    stored = await deps.store.requests.get_for(delivery, event.request_id)
    note = MessageNote(event.message_id, event.template, at, sent)
    await deps.store.requests.save(stored, follow_up.message_noted(stored.value, note), applied=delivery)
