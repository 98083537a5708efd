"""Which events requests follows, and who handles each."""

from __future__ import annotations

from libs.chassis.subscription import Copy, On
from libs.chassis.trust import IDENTITY_FEED
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
    CertificateSuperseded,
    CertificateSuspended,
    DraftCancelled,
    ReissueDropped,
    ReissueOpened,
)
from libs.contracts.identity import PersonState
from libs.contracts.notifications import MessageFailed, MessageSent
from libs.contracts.requests import RequestSubmitted
from services.requests.handlers import following, look_up

SUBSCRIPTIONS = (
    *IDENTITY_FEED,
    Copy(PersonState, following.persons_in, following.copied_person),
    On(RequestSubmitted, look_up.on_request_submitted),
    On(CertificateDrafted, following.on_drafted, complete=True),
    On(CertificateChecked, following.on_checked, complete=True),
    On(CertificateReturned, following.on_returned, complete=True),
    On(CertificateRegistered, following.on_registered, complete=True),
    On(CertificateIssued, following.on_issued, complete=True),
    On(CertificateDownloaded, following.on_downloaded, complete=True),
    On(CertificateHandedOver, following.on_handed_over, complete=True),
    On(DraftCancelled, following.on_draft_cancelled, complete=True),
    On(ReissueOpened, following.on_told_elsewhere, complete=True),
    On(ReissueDropped, following.on_told_elsewhere, complete=True),
    On(CertificateCorrected, following.on_reissued, complete=True),
    On(CertificateDuplicated, following.on_reissued, complete=True),
    On(CertificateSuperseded, following.on_superseded, complete=True),
    On(CertificateSuspended, following.on_suspended, complete=True),
    On(CertificateResumed, following.on_resumed, complete=True),
    On(CertificateRevoked, following.on_revoked, complete=True),
    On(CertificateExpiring, following.on_told_elsewhere, complete=True),
    On(MessageSent, following.on_message_sent),
    On(MessageFailed, following.on_message_failed),
)
