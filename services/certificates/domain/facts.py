"""What the world is told of each change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal, TypedDict

from libs.contracts.certificates import (
    CertificateChecked,
    CertificateCorrected,
    CertificateDownloaded,
    CertificateDrafted,
    CertificateDuplicated,
    CertificateExpiring,
    CertificateHandedOver,
    CertificateIssued,
    CertificateRegistered,
    CertificateResumed,
    CertificateReturned,
    CertificateRevoked,
    CertificateState,
    CertificateStatusPublished,
    CertificateSuperseded,
    CertificateSuspended,
    CertificateVersion,
    DraftCancelled,
    PrintedContent,
    ReissueDropped,
    ReissueOpened,
    SupersededBy,
)
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.orders import OrderKind, Reissue
from services.certificates.domain.version import Version, VersionKind

_REISSUES: Final[dict[VersionKind, Literal["correction", "duplicate"]]] = {
    VersionKind.CORRECTION: "correction",
    VersionKind.DUPLICATE: "duplicate",
}


class _New(TypedDict):
    number: str
    version: int
    issued_on: date
    valid_until: date | None


class _About(TypedDict):
    certificate_id: str
    request_id: str
    person_id: str
    centre: str


def drafted(certificate: Certificate) -> CertificateDrafted:
    """The draft is ready for control."""
    return CertificateDrafted(**_about(certificate))


def checked(certificate: Certificate) -> CertificateChecked:
    """The controller found it correct."""
    return CertificateChecked(**_about(certificate))


def returned(certificate: Certificate, from_stage: Stage) -> CertificateReturned:
    """It went back to drafting."""
    return CertificateReturned(**_about(certificate), from_stage=int(from_stage))


def registered(certificate: Certificate, number: str) -> CertificateRegistered:
    """It has its number."""
    return CertificateRegistered(**_about(certificate), number=number)


def cancelled(certificate: Certificate) -> DraftCancelled:
    """It will not be issued."""
    return DraftCancelled(**_about(certificate))


def issued(certificate: Certificate, version: Version) -> CertificateIssued:
    """It is sealed and in force."""
    return CertificateIssued(
        **_about(certificate),
        number=version.number,
        issued_on=version.issued_on,
        valid_until=version.valid_until,
    )


def reissued(
    certificate: Certificate, version: Version
) -> CertificateIssued | CertificateCorrected | CertificateDuplicated:
    """A version is sealed and in force: the first one, or one in another's place."""
    if version.kind is VersionKind.FIRST:
        return issued(certificate, version)
    if version.kind is VersionKind.CORRECTION:
        return CertificateCorrected(**_about(certificate), **_new(version))
    return CertificateDuplicated(**_about(certificate), **_new(version))


def reissue_opened(certificate: Certificate, reissue: Reissue) -> ReissueOpened:
    """Another version is being made."""
    return ReissueOpened(**_about(certificate), kind=_REISSUES[reissue.kind], opened_at=reissue.opened_at)


def reissue_dropped(certificate: Certificate, kind: VersionKind, at: datetime) -> ReissueDropped:
    """There will be no other version."""
    return ReissueDropped(**_about(certificate), kind=_REISSUES[kind], dropped_at=at)


def renewed(certificate: Certificate, by_certificate_id: str, at: datetime) -> CertificateSuperseded:
    """A renewal takes its place."""
    return CertificateSuperseded(**_about(certificate), by_certificate_id=by_certificate_id, superseded_at=at)


def ordered(
    certificate: Certificate, kind: OrderKind, at: datetime, *, tell_holder: bool
) -> CertificateSuspended | CertificateResumed | CertificateRevoked:
    """It is worth something else now."""
    if kind is OrderKind.SUSPEND:
        return CertificateSuspended(**_about(certificate), suspended_at=at)
    if kind is OrderKind.RESUME:
        return CertificateResumed(**_about(certificate), resumed_at=at)
    return CertificateRevoked(**_about(certificate), revoked_at=at, tell_holder=tell_holder)


def expiring(certificate: Certificate, days: int, valid_until: date) -> CertificateExpiring:
    """Its last day is near."""
    return CertificateExpiring(**_about(certificate), days=days, valid_until=valid_until)


def changed_versions(before: Certificate, after: Certificate) -> tuple[Version, ...]:
    """The versions of `after` that are new or worth something else than before, the earliest first."""
    known = {version.version: version.status for version in before.versions}
    return tuple(each for each in after.versions if known.get(each.version) is not each.status)


def downloaded(certificate: Certificate, at: datetime) -> CertificateDownloaded:
    """Its holder took the PDF."""
    return CertificateDownloaded(**_about(certificate), downloaded_at=at)


def handed_over(certificate: Certificate, at: datetime) -> CertificateHandedOver:
    """It was handed over at the desk."""
    return CertificateHandedOver(**_about(certificate), handed_over_at=at)


def state(certificate: Certificate) -> CertificateState:
    """All versions as they stand now; `content` is its sealed part."""
    return CertificateState(**_about(certificate), versions=tuple(map(_told, certificate.versions)))


def content(certificate: Certificate) -> PrintedContent:
    """What each version prints, in the order of the versions."""
    return PrintedContent(versions=certificate.get_personal().pages_of(len(certificate.versions)))


def status(certificate: Certificate, version: Version, at: datetime) -> CertificateStatusPublished:
    """What partners follow; a version in the log is told with the moment of its entry."""
    return CertificateStatusPublished(
        certificate_id=certificate.request_id,
        number=version.number,
        version=version.version,
        status=version.status,
        issued_on=version.issued_on,
        valid_until=version.valid_until,
        changed_at=version.changed_at or at,
        document_sha256=version.document_sha256 or version.paper.sha256,
        log_index=version.log_index,
        log_salt=version.log_salt or None,
    )


def _told(version: Version) -> CertificateVersion:
    return CertificateVersion(
        version=version.version,
        number=version.number,
        code_hash=version.code_hash,
        status=version.status,
        issued_on=version.issued_on,
        valid_until=version.valid_until,
        changed_at=version.changed_at,
        superseded_by=SupersededBy(version.reason) if version.reason else None,
        status_index=version.status_index,
    )


def _about(certificate: Certificate) -> _About:
    return {
        "certificate_id": certificate.request_id,
        "request_id": certificate.request_id,
        "person_id": certificate.person_id,
        "centre": certificate.centre,
    }


def _new(version: Version) -> _New:
    return {
        "number": version.number,
        "version": version.version,
        "issued_on": version.issued_on,
        "valid_until": version.valid_until,
    }
