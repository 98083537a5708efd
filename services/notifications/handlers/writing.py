"""Writes the message that an event calls for; a repeated or replayed event writes none."""

from __future__ import annotations

from dataclasses import replace

from libs.chassis.delivery import Delivery
from libs.chassis.errors import AlreadyApplied, Duplicate, NotYet
from libs.contracts.certificates import (
    CertificateCorrected,
    CertificateDuplicated,
    CertificateEvent,
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
from libs.contracts.identity import (
    CitizenRegistered,
    RegistrationRepeated,
    SecretCode,
    SecretCodeChanged,
    SecretCodeIssued,
)
from libs.contracts.requests import (
    CompletionReceived,
    CompletionRequested,
    FileDeposited,
    MedicalFileFound,
    MedicalFileMissing,
    RequestClosed,
    RequestEvent,
    RequestRefused,
)
from services.notifications.domain import About, Secret, State, Template, compose, known_items
from services.notifications.ports import Deps


async def on_secret_code_issued(deps: Deps, delivery: Delivery[SecretCodeIssued]) -> None:
    """Bring a single-use code to its holder."""
    event = delivery.event
    template = Template.FIRST_CODE if event.reason == "registered" else Template.CODE_RESET
    secret = Secret(delivery.opened(SecretCode).code)
    await _write(deps, delivery, event.person_id, template, About(expires_at=event.expires_at), secret)


async def on_citizen_registered(deps: Deps, delivery: Delivery[CitizenRegistered]) -> None:
    """Welcome somebody to the private space."""
    event = delivery.event
    await _write(deps, delivery, event.person_id, Template.WELCOME, About(happened_at=event.registered_at))


async def on_registration_repeated(deps: Deps, delivery: Delivery[RegistrationRepeated]) -> None:
    """Warn the holder of a number that somebody tried to register again."""
    event = delivery.event
    about = About(happened_at=event.attempted_at)
    await _write(deps, delivery, event.person_id, Template.REGISTRATION_REPEATED, about)


async def on_secret_code_changed(deps: Deps, delivery: Delivery[SecretCodeChanged]) -> None:
    """Tell the holder that the code is another one now."""
    event = delivery.event
    await _write(deps, delivery, event.person_id, Template.CODE_CHANGED, About(happened_at=event.changed_at))


async def on_medical_file_missing(deps: Deps, delivery: Delivery[MedicalFileMissing]) -> None:
    """Invite the applicant to deposit the file."""
    await _write_on_request(deps, delivery, Template.DEPOSIT_INVITED)


async def on_medical_file_found(deps: Deps, delivery: Delivery[MedicalFileFound]) -> None:
    """Tell the applicant that the request has come in."""
    await _write_on_request(deps, delivery, Template.REQUEST_RECEIVED)


async def on_file_deposited(deps: Deps, delivery: Delivery[FileDeposited]) -> None:
    """Confirm the deposit."""
    event = delivery.event
    about = _about_request(event, About(happened_at=event.deposited_at))
    await _write(deps, delivery, event.person_id, Template.FILE_DEPOSITED, about)


async def on_completion_requested(deps: Deps, delivery: Delivery[CompletionRequested]) -> None:
    """Tell the applicant all that is missing and until when it may come."""
    event = delivery.event
    about = _about_request(event, About(due_on=event.due_on, items=known_items(event.items)))
    await _write(deps, delivery, event.person_id, Template.COMPLETION_REQUESTED, about)


async def on_completion_received(deps: Deps, delivery: Delivery[CompletionReceived]) -> None:
    """Confirm that what was missing has come."""
    await _write_on_request(deps, delivery, Template.COMPLETION_RECEIVED)


async def on_request_refused(deps: Deps, delivery: Delivery[RequestRefused]) -> None:
    """Tell the applicant that there's a decision to be read in the private space."""
    await _write_on_request(deps, delivery, Template.REQUEST_REFUSED)


async def on_request_closed(deps: Deps, delivery: Delivery[RequestClosed]) -> None:
    """Tell the applicant how the request ended."""
    event = delivery.event
    about = _about_request(event, About(variant=event.outcome))
    await _write(deps, delivery, event.person_id, Template.REQUEST_CLOSED, about)


async def on_certificate_issued(deps: Deps, delivery: Delivery[CertificateIssued]) -> None:
    """Invite the holder to download or collect the certificate."""
    event = delivery.event
    about = About(request_id=event.request_id, centre=event.centre)
    await _write(deps, delivery, event.person_id, Template.CERTIFICATE_READY, about)


async def on_certificate_handed_over(deps: Deps, delivery: Delivery[CertificateHandedOver]) -> None:
    """Note for the holder that the certificate was handed over at the desk."""
    event = delivery.event
    about = About(request_id=event.request_id, centre=event.centre, happened_at=event.handed_over_at)
    await _write(deps, delivery, event.person_id, Template.HANDED_OVER, about)


async def on_certificate_expiring(deps: Deps, delivery: Delivery[CertificateExpiring]) -> None:
    """Remind the holder of the last day, and of the renewal."""
    event = delivery.event
    about = _about_certificate(event, About(due_on=event.valid_until))
    await _write(deps, delivery, event.person_id, Template.EXPIRING, about)


async def on_certificate_suspended(deps: Deps, delivery: Delivery[CertificateSuspended]) -> None:
    """Tell the holder that the certificate has no force for now; never why."""
    event = delivery.event
    about = _about_certificate(event, About(happened_at=event.suspended_at, variant="suspended"))
    await _write(deps, delivery, event.person_id, Template.STATUS_CHANGED, about)


async def on_certificate_resumed(deps: Deps, delivery: Delivery[CertificateResumed]) -> None:
    """Tell the holder that it is in force again."""
    event = delivery.event
    about = _about_certificate(event, About(happened_at=event.resumed_at, variant="resumed"))
    await _write(deps, delivery, event.person_id, Template.STATUS_CHANGED, about)


async def on_certificate_revoked(deps: Deps, delivery: Delivery[CertificateRevoked]) -> None:
    """Tell the holder that it has no force any more, where there's somebody to be told; never why."""
    event = delivery.event
    if not event.tell_holder:
        raise AlreadyApplied
    about = _about_certificate(event, About(happened_at=event.revoked_at, variant="revoked"))
    await _write(deps, delivery, event.person_id, Template.STATUS_CHANGED, about)


async def on_certificate_corrected(deps: Deps, delivery: Delivery[CertificateCorrected]) -> None:
    """Invite the holder to download or collect the corrected version."""
    about = _about_certificate(delivery.event, About(variant="correction"))
    await _write(deps, delivery, delivery.event.person_id, Template.REISSUED, about)


async def on_certificate_duplicated(deps: Deps, delivery: Delivery[CertificateDuplicated]) -> None:
    """Invite the holder to download or collect the duplicate."""
    about = _about_certificate(delivery.event, About(variant="duplicate"))
    await _write(deps, delivery, delivery.event.person_id, Template.REISSUED, about)


async def on_reissue_opened(deps: Deps, delivery: Delivery[ReissueOpened]) -> None:
    """Note for the holder that another version is being made."""
    event = delivery.event
    about = _about_certificate(event, About(happened_at=event.opened_at, variant=event.kind))
    await _write(deps, delivery, event.person_id, Template.REISSUE_OPENED, about)


async def on_reissue_dropped(deps: Deps, delivery: Delivery[ReissueDropped]) -> None:
    """Note for the holder that there will be no other version."""
    event = delivery.event
    about = _about_certificate(event, About(happened_at=event.dropped_at, variant=event.kind))
    await _write(deps, delivery, event.person_id, Template.REISSUE_DROPPED, about)


async def _write_on_request(deps: Deps, delivery: Delivery[RequestEvent], template: Template) -> None:
    about = _about_request(delivery.event, About())
    await _write(deps, delivery, delivery.event.person_id, template, about)


async def _write(
    deps: Deps,
    delivery: Delivery[Event],
    person_id: str,
    template: Template,
    about: About,
    secret: Secret | None = None,
) -> None:
    if delivery.replayed:
        raise AlreadyApplied
    contact = await deps.store.contacts.find(person_id)
    if contact is None:
        raise NotYet
    message = compose(delivery.id, contact.value, template, about, deps.clock.now(), secret)
    try:
        await deps.store.messages.insert(message.id, message, applied=delivery)
    except Duplicate as error:
        raise AlreadyApplied from error
    if message.state is State.QUEUED:
        deps.waiting.set()


def _about_request(event: RequestEvent, about: About) -> About:
    return replace(about, request_id=event.request_id, reference=event.reference, centre=event.centre)


def _about_certificate(event: CertificateEvent, about: About) -> About:
    return replace(about, request_id=event.request_id, centre=event.centre)
