"""What the world is told of each change."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from libs.contracts.certificates import (
    CertificateChecked,
    CertificateDownloaded,
    CertificateDrafted,
    CertificateHandedOver,
    CertificateIssued,
    CertificateRegistered,
    CertificateReturned,
    CertificateState,
    CertificateStatusPublished,
    CertificateVersion,
    DraftCancelled,
    PrintedContent,
)
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.version import Version


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
    return PrintedContent(versions=(certificate.get_personal().printed,) * len(certificate.versions))


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
    )


def _about(certificate: Certificate) -> _About:
    return {
        "certificate_id": certificate.request_id,
        "request_id": certificate.request_id,
        "person_id": certificate.person_id,
        "centre": certificate.centre,
    }
