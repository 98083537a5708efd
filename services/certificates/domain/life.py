"""What an issued certificate is worth from now on: suspended, resumed, revoked, renewed, near its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.people import Role
from services.certificates.domain.certificate import Action, Certificate, need_other_eyes, note
from services.certificates.domain.orders import Grounds, Order, OrderKind, RevocationReason
from services.certificates.domain.reissue import without_reissue
from services.certificates.domain.version import Approval, Version
from services.certificates.errors import (
    AlreadyRevoked,
    NothingAsked,
    NotInForce,
    NotSuspended,
    OrderUnderway,
    WrongStage,
)

REMINDER_DAYS = (90, 60, 30)
"""How long before its last day the holder is told (domain digest, section 4)."""

RENEWABLE_DAYS = 90
"""From how long before its last day on a renewal may be asked for."""

_ACTIONS = {
    OrderKind.SUSPEND: Action.SUSPENDED,
    OrderKind.RESUME: Action.RESUMED,
    OrderKind.REVOKE: Action.REVOKED,
}


def ask_order(certificate: Certificate, grounds: Grounds, role: Role) -> Certificate:
    """Somebody of the staff asks for another status; the signatory has to confirm it.

    Raises:
        WrongStage: Nothing is issued.
        OrderUnderway: Something else was asked and isn't decided.
        NotInForce: There's nothing to suspend.
        NotSuspended: There's nothing to resume.
        AlreadyRevoked: It is revoked, or a renewal took its place.
    """
    if certificate.order is not None:
        raise OrderUnderway
    _need_possible(certificate, grounds.kind)
    personal = certificate.get_personal()
    asked = note(certificate, grounds.by, Action.ORDER_ASKED, grounds.at, role)
    return replace(
        asked,
        order=Order(grounds.kind, grounds.by, grounds.at),
        personal=replace(personal, grounds=(*personal.grounds, grounds)),
    )


def decline_order(certificate: Certificate, signatory_id: str, at: datetime) -> Certificate:
    """The signatory doesn't confirm: everything stays as it is.

    Raises:
        NothingAsked: Nothing was asked.
        OrderUnderway: It is confirmed and being carried out.
    """
    if certificate.order is None:
        raise NothingAsked
    if certificate.order.approval is not None:
        raise OrderUnderway
    declined = note(certificate, signatory_id, Action.ORDER_DECLINED, at, Role.SIGNATORY)
    return replace(declined, order=None)


def approve_order(certificate: Certificate, approval: Approval) -> Certificate:
    """The signatory confirms; recorded before it is carried out, so that a crash in between resumes.

    Raises:
        NothingAsked: Nothing was asked.
        OrderUnderway: It is confirmed already.
        FourEyes: The signatory asked for it.
        NotInForce: There's nothing to suspend any more.
        NotSuspended: There's nothing to resume any more.
        AlreadyRevoked: A renewal took its place meanwhile.
    """
    if certificate.order is None:
        raise NothingAsked
    if certificate.order.approval is not None:
        raise OrderUnderway
    need_other_eyes(approval.signatory_id, {certificate.order.asked_by})
    _need_possible(certificate, certificate.order.kind)
    return replace(certificate, order=replace(certificate.order, approval=approval))


def carry_out(certificate: Certificate) -> Certificate:
    """The confirmed order takes effect, at the moment of its confirmation.

    A revocation takes all versions and ends another version that was under way; the other two touch
    the newest version only.

    Raises:
        NothingAsked: Nothing is confirmed.
    """
    order = certificate.order
    if order is None or order.approval is None:
        raise NothingAsked
    by, at = order.approval.signatory_id, order.approval.approved_at
    done = note(replace(certificate, order=None), by, _ACTIONS[order.kind], at, Role.SIGNATORY)
    if order.kind is OrderKind.SUSPEND:
        return _newest(done, lambda version: changed(version, CertificateStatus.SUSPENDED, at))
    if order.kind is OrderKind.RESUME:
        return _newest(done, lambda version: changed(version, CertificateStatus.VALID, at))
    versions = tuple(changed(version, CertificateStatus.REVOKED, at) for version in done.versions)
    return without_reissue(replace(done, versions=versions, mistake_told_at=None, remind_on=None), by, at)


def renew(certificate: Certificate, signatory_id: str, at: datetime) -> Certificate:
    """A renewal is about to be issued: this one has no force any more. A revoked one stays revoked.

    Raises:
        WrongStage: Nothing is issued.
        OrderUnderway: A change of its status isn't decided yet.
        NotInForce: It is suspended: the inquiry has to end first.
    """
    newest = certificate.newest
    if newest is None:
        raise WrongStage
    if newest.status in {CertificateStatus.REVOKED, CertificateStatus.SUPERSEDED}:
        return certificate
    if certificate.order is not None:
        raise OrderUnderway
    if newest.status is CertificateStatus.SUSPENDED:
        raise NotInForce
    ended = note(certificate, signatory_id, Action.RENEWED, at, Role.SIGNATORY)
    ended = _newest(ended, lambda version: superseded(version, SupersededBy.RENEWAL, at))
    return without_reissue(replace(ended, mistake_told_at=None, remind_on=None), signatory_id, at)


def is_renewable(version: Version, today: date) -> bool:
    """Whether its holder may ask for a renewal: it ends soon or has ended."""
    ends = version.valid_until
    in_force = version.status is CertificateStatus.VALID
    return in_force and ends is not None and ends - timedelta(days=RENEWABLE_DAYS) <= today


def is_of_the_dead(certificate: Certificate) -> bool:
    """Whether its last order says that the holder has died."""
    grounds = certificate.get_personal().grounds
    return bool(grounds) and grounds[-1].reason is RevocationReason.DEATH


def next_reminder(valid_until: date | None, today: date) -> date | None:
    """The first day after `today` on which the holder is to be told of the end, or None."""
    if valid_until is None:
        return None
    days = (valid_until - timedelta(days=before) for before in REMINDER_DAYS)
    return next((day for day in days if day > today), None)


def remind(certificate: Certificate, today: date) -> tuple[Certificate, int | None]:
    """Note that the holder is told today, and within how many days the certificate ends.

    After days without a sweep only the nearest term is told; nothing is told of what isn't valid.

    Returns:
        The file that waits for its next reminder, and 90, 60 or 30, or None where nothing is to be told.
    """
    newest = certificate.newest
    after = replace(certificate, remind_on=next_reminder(certificate.valid_until, today))
    if newest is None or newest.valid_until is None or newest.status is not CertificateStatus.VALID:
        return after, None
    left = (newest.valid_until - today).days
    terms = [term for term in REMINDER_DAYS if term >= left]
    return after, min(terms) if terms and left >= 0 else None


def changed(version: Version, status: CertificateStatus, at: datetime) -> Version:
    """`version` with another status; what it was superseded by is no longer what matters."""
    return replace(version, status=status, changed_at=at, reason="")


def superseded(version: Version, by: SupersededBy, at: datetime) -> Version:
    """`version` with another one in its place; one that isn't in force stays as it is."""
    if version.status is not CertificateStatus.VALID:
        return version
    return replace(version, status=CertificateStatus.SUPERSEDED, changed_at=at, reason=by.value)


def _newest(certificate: Certificate, change: Callable[[Version], Version]) -> Certificate:
    *earlier, newest = certificate.versions
    return replace(certificate, versions=(*earlier, change(newest)))


def _need_possible(certificate: Certificate, kind: OrderKind) -> None:
    newest = certificate.newest
    if newest is None:
        raise WrongStage
    if newest.status in {CertificateStatus.REVOKED, CertificateStatus.SUPERSEDED}:
        raise AlreadyRevoked
    if kind is OrderKind.SUSPEND and newest.status is not CertificateStatus.VALID:
        raise NotInForce
    if kind is OrderKind.RESUME and newest.status is not CertificateStatus.SUSPENDED:
        raise NotSuspended
