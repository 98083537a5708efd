"""What a signed file carries so that it can be judged later without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """Certificates and revocation lists, in DER: a document security store (ETSI EN 319 142-1, section 5.4).

    Attributes:
        certificates: Of the seal, of the time-stamp authority, and those above them.
        lists: Of what their issuers have revoked.
    """

    certificates: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
