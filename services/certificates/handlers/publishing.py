"""What a write tells the world of the versions that it changes."""

from __future__ import annotations

from datetime import datetime

from libs.chassis.delivery import Fact
from services.certificates.domain import facts
from services.certificates.domain.certificate import Certificate


def told_of(before: Certificate, after: Certificate, at: datetime) -> list[Fact]:
    """All versions as they now stand, and for partners each one that is new or worth something else.

    Args:
        before: As it is stored.
        after: As it is about to be stored, with the log's entries.
        at: The moment, for versions that don't know theirs.
    """
    changed = facts.changed_versions(before, after)
    public = [Fact(facts.status(after, version, version.changed_at or at)) for version in changed]
    return [Fact(facts.state(after), facts.content(after)), *public]
