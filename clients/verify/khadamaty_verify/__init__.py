"""Checks what a certificate's QR code says, with keys and status lists that were fetched before."""

from khadamaty_verify.folder import Folder, Trusted
from khadamaty_verify.keys import BadKeys, KeySet
from khadamaty_verify.lists import StatusList, StatusLists, UntrustedList
from khadamaty_verify.payload import Claims, Fault, Malformed, Payload, read
from khadamaty_verify.verdict import Reason, Verdict, verify

__all__ = [
    "BadKeys",
    "Claims",
    "Fault",
    "Folder",
    "KeySet",
    "Malformed",
    "Payload",
    "Reason",
    "StatusList",
    "StatusLists",
    "Trusted",
    "UntrustedList",
    "Verdict",
    "read",
    "verify",
]
