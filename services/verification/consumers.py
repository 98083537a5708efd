"""What verification follows, and who handles it."""

from __future__ import annotations

from libs.chassis.subscription import Copy
from libs.chassis.trust import IDENTITY_FEED
from libs.contracts.certificates import CertificateState
from services.verification import handlers

SUBSCRIPTIONS = (
    *IDENTITY_FEED,
    Copy(CertificateState, lambda deps: deps.store.certificates, handlers.certificate_of),
)
