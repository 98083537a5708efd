"""The log comes first: nothing about a certificate is published before its entry stands there."""

from __future__ import annotations

from datetime import datetime

from libs.contracts.issuance_log.entry import LogKind
from services.certificates.domain.log import LogReceipt, intent_of
from services.certificates.domain.version import Version
from services.certificates.ports import Deps


async def record(
    deps: Deps, certificate_id: str, version: Version, kind: LogKind, at: datetime
) -> LogReceipt:
    """Log a change before the write that publishes it; another attempt at it finds the first one's entry.

    Args:
        deps: The service's parts.
        certificate_id: The aggregate's id.
        version: As it will be, with its new status, and still with the log index of its last entry.
        kind: What happens to it.
        at: The moment.

    Returns:
        What `domain.log.logged` (or a `Proof`) takes over: the fact must tell the receipt's moment.

    Raises:
        DependencyDown: The log can't be written: nothing may be published.
    """
    return await deps.log.append(intent_of(certificate_id, version, kind, at))
