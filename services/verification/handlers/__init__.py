"""The use cases of verification."""

from services.verification.handlers.checking import check_code, get_content, look_up
from services.verification.handlers.chronicling import on_status_published
from services.verification.handlers.doubting import doubted_codes
from services.verification.handlers.following import certificate_of, verifier_key_of
from services.verification.handlers.listing import (
    get_status_list,
    list_heads,
    list_keys,
    publish_list_key,
    publish_status_lists,
    withdraw_list_key,
)
from services.verification.handlers.partners import partner_of

__all__ = [
    "certificate_of",
    "check_code",
    "doubted_codes",
    "get_content",
    "get_status_list",
    "list_heads",
    "list_keys",
    "look_up",
    "on_status_published",
    "partner_of",
    "publish_list_key",
    "publish_status_lists",
    "verifier_key_of",
    "withdraw_list_key",
]
