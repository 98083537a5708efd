"""What verification follows, and who handles it."""

from __future__ import annotations

from libs.chassis.subscription import Beat, Copy, On
from libs.chassis.trust import IDENTITY_FEED
from libs.contracts.certificates import (
    CertificatesHeartbeat,
    CertificateState,
    CertificateStatusPublished,
    VerifierKeyPublished,
)
from libs.contracts.identity import PartnerState
from services.verification import handlers

SUBSCRIPTIONS = (
    *IDENTITY_FEED,
    Copy(
        CertificateState,
        lambda deps: deps.store.certificates,
        handlers.certificate_of,
        doubted=handlers.doubted_codes,
    ),
    Beat(CertificatesHeartbeat),
    Copy(VerifierKeyPublished, lambda deps: deps.store.verifier_keys, handlers.verifier_key_of),
    On(CertificateStatusPublished, handlers.on_status_published, complete=True),
    Copy(PartnerState, lambda deps: deps.store.partners, handlers.partner_of),
)
