"""What the staff may see: queues, files, previews, issued papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.chassis.aggregates import Stored
from libs.chassis.clock import civil_date
from libs.chassis.errors import NotFound
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.page import preview_of
from services.certificates.domain.proof import ProofLine
from services.certificates.ports import Deps, Scope

CENTRAL_ROLES = frozenset(
    {
        Role.CENTRAL_AGENT,
        Role.CERTIFICATE_OFFICER,
        Role.CONTROLLER,
        Role.REGISTRAR,
        Role.SIGNATORY,
    }
)
QUEUE_SIZE = 50


@dataclass(frozen=True)
class Queue:
    """One page of a stage's queue.

    Attributes:
        counts: How many files wait at each stage that the caller may see.
        more: Whether there's another page behind.
    """

    stage: Stage
    files: Sequence[Certificate]
    counts: Mapping[Stage, int]
    page: int
    more: bool


@dataclass(frozen=True)
class Asked:
    """What waits about issued certificates, the oldest first.

    Attributes:
        orders: Changes of status that the signatory has to decide on.
        mistakes: Holders' words about mistakes, for the certificate officer.
    """

    orders: Sequence[Certificate]
    mistakes: Sequence[Certificate]


def scope_of(caller: Caller) -> Scope:
    """What the caller may see: central roles all, the desk what its own centres can hand over."""
    if caller.kind == "staff" and caller.roles & CENTRAL_ROLES:
        return Scope(frozenset(Stage))
    if caller.kind == "staff" and Role.DELIVERY_DESK in caller.roles:
        return Scope(frozenset({Stage.ISSUED}), caller.centres, only_issued=True)
    return Scope(frozenset(), frozenset())


async def load_file(deps: Deps, caller: Caller, certificate_id: str) -> Stored[Certificate]:
    """The file as it is stored, if the caller may see it.

    Raises:
        NotFound: There's none, or it isn't the caller's to see.
    """
    stored = await deps.queries.find_within(scope_of(caller), certificate_id)
    if stored is None:
        raise NotFound
    return stored


async def get_file(deps: Deps, caller: Caller, certificate_id: str) -> Certificate:
    """The file, if the caller may see it.

    Raises:
        NotFound: There's none, or it isn't the caller's to see.
    """
    return (await load_file(deps, caller, certificate_id)).value


async def list_queue(deps: Deps, caller: Caller, stage: Stage, page: int) -> Queue:
    """One page of the queue of a stage.

    Args:
        deps: The service's parts.
        caller: Of the staff.
        stage: Which queue.
        page: From 1.
    """
    scope = scope_of(caller)
    skip = (page - 1) * QUEUE_SIZE
    found = await deps.queries.queue(scope, stage, limit=QUEUE_SIZE + 1, skip=skip)
    counts = {each: await deps.queries.count(scope, each) for each in Stage if each in scope.stages}
    files = [stored.value for stored in found[:QUEUE_SIZE]]
    return Queue(stage, files, counts, page, len(found) > QUEUE_SIZE)


async def list_asked(deps: Deps, caller: Caller) -> Asked:
    """What waits about issued certificates, as far as the caller may see it: orders and words of mistakes."""
    scope = scope_of(caller)
    orders = await deps.queries.ordered(scope)
    mistakes = await deps.queries.mistaken(scope)
    return Asked([stored.value for stored in orders], [stored.value for stored in mistakes])


async def search(deps: Deps, caller: Caller, text: str) -> Sequence[Certificate]:
    """The files that the caller may see and whose reference or number is `text`."""
    return [stored.value for stored in await deps.queries.named(scope_of(caller), text)]


async def preview(deps: Deps, caller: Caller, certificate_id: str) -> bytes:
    """The page as it would be today, marked as having no force.

    Raises:
        NotFound: There's no such file, or it isn't the caller's to see.
        Unprintable: A value can't be set.
    """
    certificate = await get_file(deps, caller, certificate_id)
    content = preview_of(certificate, civil_date(deps.clock.now()), deps.origin)
    return await deps.printer.print_preview(content)


async def prove(deps: Deps, certificate: Certificate) -> Sequence[ProofLine]:
    """What the page would tell a reader today, beside what the file says.

    Raises:
        Unprintable: A value can't be set.
        Erased: There's nothing to print.
    """
    content = preview_of(certificate, civil_date(deps.clock.now()), deps.origin)
    return await deps.printer.prove(content, certificate.get_personal().to_print, certificate.valid_until)


async def open_paper(deps: Deps, caller: Caller, certificate_id: str) -> bytes:
    """The issued PDF, for the staff.

    Raises:
        NotFound: There's none, or it isn't the caller's to see.
    """
    certificate = await get_file(deps, caller, certificate_id)
    return await read_newest(deps, certificate)


async def read_newest(deps: Deps, certificate: Certificate) -> bytes:
    """The PDF of the newest version.

    Raises:
        NotFound: None was issued.
    """
    if not certificate.versions:
        raise NotFound
    newest = certificate.versions[-1]
    return await deps.papers.read(newest.paper, newest.seal, certificate.person_id)
