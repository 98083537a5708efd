"""The heartbeat by which neighbours know how fresh their copies are."""

from __future__ import annotations

from datetime import datetime

from libs.contracts.certificates import CertificatesHeartbeat


def heartbeat(
    issued_at: datetime, published_until: datetime | None, watermark: int | None
) -> CertificatesHeartbeat:
    """The heartbeat of one partition at one moment."""
    return CertificatesHeartbeat(issued_at=issued_at, published_until=published_until, watermark=watermark)
