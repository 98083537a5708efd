"""The use cases of certificates: each loads, lets the domain decide, saves and publishes."""

from services.certificates.handlers.approvals import on_request_approved, on_withdrawal_requested
from services.certificates.handlers.batches import (
    choose,
    confirm_batch,
    files_of,
    get_batch,
    list_batches,
    work_off,
)
from services.certificates.handlers.desk import hand_over
from services.certificates.handlers.holder import find_own, list_own, open_own_paper
from services.certificates.handlers.life import OrderAsked, ask_order, confirm_order, decline_order
from services.certificates.handlers.logging import record, record_changes
from services.certificates.handlers.preparation import check, draft, give_back, register
from services.certificates.handlers.reissuing import (
    ask_duplicate,
    dismiss_mistake,
    drop_reissue,
    open_duplicate,
    propose_correction,
    tell_mistake,
)
from services.certificates.handlers.signing import resume_signing, sign
from services.certificates.handlers.sweeping import sweep
from services.certificates.handlers.work import (
    get_file,
    list_asked,
    list_queue,
    open_paper,
    preview,
    prove,
    scope_of,
    search,
)

__all__ = [
    "OrderAsked",
    "ask_duplicate",
    "ask_order",
    "check",
    "choose",
    "confirm_batch",
    "confirm_order",
    "decline_order",
    "dismiss_mistake",
    "draft",
    "drop_reissue",
    "files_of",
    "find_own",
    "get_batch",
    "get_file",
    "give_back",
    "hand_over",
    "list_asked",
    "list_batches",
    "list_own",
    "list_queue",
    "on_request_approved",
    "on_withdrawal_requested",
    "open_duplicate",
    "open_own_paper",
    "open_paper",
    "preview",
    "propose_correction",
    "prove",
    "record",
    "record_changes",
    "register",
    "resume_signing",
    "scope_of",
    "search",
    "sign",
    "sweep",
    "tell_mistake",
    "work_off",
]
