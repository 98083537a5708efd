"""Which events certificates follows, and who handles each."""

from __future__ import annotations

from libs.chassis.subscription import On
from libs.chassis.trust import IDENTITY_FEED
from libs.contracts.requests import RequestApproved, WithdrawalRequested
from services.certificates import handlers

SUBSCRIPTIONS = (
    *IDENTITY_FEED,
    On(RequestApproved, handlers.on_request_approved),
    On(WithdrawalRequested, handlers.on_withdrawal_requested),
)
