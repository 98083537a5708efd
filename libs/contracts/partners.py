"""The words for systems outside the platform: what they may ask for, and why they may."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field

from libs.contracts.event import Data

#: A client's id: lower case, digits, single hyphens; no dot, so that `partner-<id>.` begins no other's name.
CLIENT_ID_PATTERN: Final = r"[a-z](?:-?[a-z0-9]){2,39}"
#: Where partners get tokens, and the interface that takes them, below the public origin.
TOKEN_PATH: Final = "/api/identity/v1/oauth/token"  # noqa: S105  # where tokens come from, not one
PARTNER_API: Final = "/api/verification/v1"
PURPOSE_CODE_PATTERN: Final = r"[a-z](?:-?[a-z0-9]){1,39}"


class PartnerScope(StrEnum):
    """What a partner's token may be good for."""

    STATUS = "certificates.status"
    EVENTS = "certificates.events"


class PartnerPurpose(Data):
    """Why a partner may ask (law 09-08 article 3: for declared ends only).

    Attributes:
        code: By which the partner names it in each question.
        authorisation: The authorisation's or the declaration's reference, in words.
    """

    code: str = Field(pattern=f"^{PURPOSE_CODE_PATTERN}$")
    authorisation: str = Field(min_length=1, max_length=500)


def kafka_principal_of(client_id: str) -> str:
    """The name of a partner's user on the broker; its consumer groups begin with it and a dot."""
    return f"partner-{client_id}"
