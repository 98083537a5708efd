"""The use cases of certificates: each loads, lets the domain decide, saves and publishes."""

from services.certificates.handlers.approvals import on_request_approved, on_withdrawal_requested
from services.certificates.handlers.desk import hand_over
from services.certificates.handlers.holder import find_own, list_own, open_own_paper
from services.certificates.handlers.logging import record, record_changes
from services.certificates.handlers.preparation import check, draft, give_back, register
from services.certificates.handlers.signing import resume_signing, sign
from services.certificates.handlers.sweeping import sweep
from services.certificates.handlers.work import get_file, list_queue, open_paper, preview, scope_of, search

__all__ = [
    "check",
    "draft",
    "find_own",
    "get_file",
    "give_back",
    "hand_over",
    "list_own",
    "list_queue",
    "on_request_approved",
    "on_withdrawal_requested",
    "open_own_paper",
    "open_paper",
    "preview",
    "record",
    "record_changes",
    "register",
    "resume_signing",
    "scope_of",
    "search",
    "sign",
    "sweep",
]
