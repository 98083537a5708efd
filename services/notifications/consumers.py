"""What notifications follows, and who handles it."""

from __future__ import annotations

from libs.chassis.subscription import Copy, On
from libs.chassis.trust import IDENTITY_FEED
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
from libs.contracts.identity import (
    CitizenRegistered,
    PersonState,
    RegistrationRepeated,
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
    RequestRefused,
)
from services.notifications.handlers import contacts, writing

SUBSCRIPTIONS = (
    *IDENTITY_FEED,
    Copy(PersonState, lambda deps: deps.store.contacts, contacts.contact_of),
    On(SecretCodeIssued, writing.on_secret_code_issued),
    On(CitizenRegistered, writing.on_citizen_registered),
    On(RegistrationRepeated, writing.on_registration_repeated),
    On(SecretCodeChanged, writing.on_secret_code_changed),
    On(MedicalFileMissing, writing.on_medical_file_missing),
    On(MedicalFileFound, writing.on_medical_file_found),
    On(FileDeposited, writing.on_file_deposited),
    On(CompletionRequested, writing.on_completion_requested),
    On(CompletionReceived, writing.on_completion_received),
    On(RequestRefused, writing.on_request_refused),
    On(RequestClosed, writing.on_request_closed),
    On(CertificateIssued, writing.on_certificate_issued),
    On(CertificateHandedOver, writing.on_certificate_handed_over),
    On(ReissueOpened, writing.on_reissue_opened),
    On(ReissueDropped, writing.on_reissue_dropped),
    On(CertificateCorrected, writing.on_certificate_corrected),
    On(CertificateDuplicated, writing.on_certificate_duplicated),
    On(CertificateSuspended, writing.on_certificate_suspended),
    On(CertificateResumed, writing.on_certificate_resumed),
    On(CertificateRevoked, writing.on_certificate_revoked),
    On(CertificateExpiring, writing.on_certificate_expiring),
)
