"""The log comes first: nothing about a certificate is published before its entry stands there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from libs.contracts.issuance_log.entry import LogKind
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.facts import changed_versions
from services.certificates.domain.log import LogReceipt, intent_of, kind_of, logged
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


async def record_changes(deps: Deps, before: Certificate, after: Certificate, at: datetime) -> Certificate:
    """Log every version of `after` that is new or worth something else than before, the earliest first.

    Args:
        deps: The service's parts.
        before: As it is stored.
        after: As it is about to be stored.
        at: The moment.

    Returns:
        `after` with the entries of what was logged: this is what is to be stored and told.

    Raises:
        DependencyDown: The log can't be written: nothing may be published.
    """
    known = {version.version: version for version in before.versions}
    versions = {version.version: version for version in after.versions}
    for version in changed_versions(before, after):
        kind = kind_of(known.get(version.version), version)
        receipt = await record(deps, after.request_id, version, kind, at)
        versions[version.version] = logged(version, receipt)
    return replace(after, versions=tuple(versions.values()))
