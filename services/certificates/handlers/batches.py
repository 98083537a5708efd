"""Batches: chosen, confirmed once, worked off in the background, resumed wherever a crash left them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.errors import Duplicate, NotFound, Permanent, Retryable, Stale
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import Forbidden
from services.certificates.domain import batch as batches
from services.certificates.domain.batch import MOST_FILES, RULES, Batch, BatchKind, Item, State
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.version import Approval
from services.certificates.errors import AlreadyConfirmed
from services.certificates.handlers.preparation import check_file, register_file
from services.certificates.handlers.signing import sign_file
from services.certificates.handlers.work import scope_of
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)

AT_ONCE = 16
NOTED_AT_ONCE = 64
_RECENT = 5

Act = Callable[[Deps, Stored[Certificate], Approval], Awaitable[object]]
_ACTS: dict[BatchKind, Act] = {
    BatchKind.CHECK: check_file,
    BatchKind.REGISTER: register_file,
    BatchKind.SIGN: sign_file,
}


async def choose(
    deps: Deps, staff: Caller, kind: BatchKind, batch_id: str, certificate_ids: Sequence[str]
) -> None:
    """Put files together; until it is confirmed, another choice takes the place of this one.

    Args:
        deps: The service's parts.
        staff: Whose batch it will be.
        kind: What will be done.
        batch_id: Drawn for the form that was posted, so that a second click is the same batch.
        certificate_ids: What was chosen; none means the first files of the whole queue.

    Raises:
        Forbidden: That isn't the caller's work.
        NothingChosen: None of them can be worked on.
        AlreadyConfirmed: A batch of that id with other files is being worked on.
    """
    rule = RULES[kind]
    if rule.role not in staff.roles:
        raise Forbidden
    scope = scope_of(staff)
    if certificate_ids:
        found = await deps.queries.those(scope, certificate_ids[:MOST_FILES])
    else:
        found = await deps.queries.queue(scope, rule.stage, limit=MOST_FILES)
    files = {stored.id: stored.value for stored in found}
    chosen = batches.choose(batch_id, kind, staff.id, files, deps.clock.now())
    try:
        await deps.batches.insert(batch_id, chosen)
    except Duplicate:
        await _choose_again(deps, await _load(deps, staff, batch_id), chosen)


async def _choose_again(deps: Deps, stored: Stored[Batch], chosen: Batch) -> None:
    before = {item.certificate_id for item in (*stored.value.items, *stored.value.left_out)}
    if before == {item.certificate_id for item in (*chosen.items, *chosen.left_out)}:
        return
    if stored.value.approval is not None:
        raise AlreadyConfirmed
    await deps.batches.save(stored, chosen)


async def get_batch(deps: Deps, staff: Caller, batch_id: str) -> Batch:
    """The caller's own batch.

    Raises:
        NotFound: There's none, or it is somebody else's.
    """
    return (await _load(deps, staff, batch_id)).value


async def list_batches(deps: Deps, staff: Caller) -> Sequence[Batch]:
    """The caller's newest batches."""
    found = await deps.batches.find_by({"staff_id": staff.id}, order_by="-chosen_at", limit=_RECENT)
    return [stored.value for stored in found]


async def files_of(deps: Deps, staff: Caller, items: Sequence[Item]) -> Sequence[Certificate]:
    """The files of some items, in their order, as far as the caller may see them."""
    ids = [item.certificate_id for item in items]
    found = {stored.id: stored.value for stored in await deps.queries.those(scope_of(staff), ids)}
    return [found[name] for name in ids if name in found]


async def confirm_batch(deps: Deps, staff: Caller, batch_id: str) -> None:
    """The caller's one word for all its files; a second one changes nothing.

    Raises:
        NotFound: There's no such batch of the caller's.
        Forbidden: The caller no longer has the role.
    """
    stored = await _load(deps, staff, batch_id)
    if RULES[stored.value.kind].role not in staff.roles:
        raise Forbidden
    now = deps.clock.now()
    try:
        confirmed = batches.confirm(stored.value, Approval(staff.id, staff.authenticated_at or now, now))
    except AlreadyConfirmed:
        return
    await deps.batches.save(stored, confirmed)


async def work_off(deps: Deps, worker: str) -> None:
    """Work on every confirmed batch that no other process works on.

    Args:
        deps: The service's parts.
        worker: Names this process.
    """
    for stored in await deps.batches.find_by({"open": True}, order_by="chosen_at"):
        claimed = batches.claim(stored.value, worker, deps.clock.now())
        if claimed is None:
            continue
        try:
            await _work(deps, await deps.batches.save(stored, claimed))
        except Stale:
            log.info("batch.taken", batch_id=stored.id)


async def _work(deps: Deps, stored: Stored[Batch]) -> None:
    """Go once through what is left, noting the outcomes now and then.

    Raises:
        Stale: Another process took the batch over.
    """
    left = stored.value.left
    for start in range(0, len(left), NOTED_AT_ONCE):
        outcomes = await _all_of(deps, stored.value, left[start : start + NOTED_AT_ONCE])
        stored = await deps.batches.save(stored, batches.note(stored.value, outcomes, deps.clock.now()))
    told = {state.value: stored.value.count(state) for state in State}
    log.info("batch.worked", batch_id=stored.id, kind=stored.value.kind.value, **told)


async def _all_of(deps: Deps, batch: Batch, items: Sequence[Item]) -> Mapping[str, Item]:
    waiting = iter(items)
    outcomes: dict[str, Item] = {}

    async def worker() -> None:
        for item in waiting:
            outcomes[item.certificate_id] = await _one(deps, batch, item)

    await asyncio.gather(*(worker() for _ in range(min(AT_ONCE, len(items)))))
    return outcomes


async def _one(deps: Deps, batch: Batch, item: Item) -> Item:
    """Do one file's part; a failure is its outcome and holds nobody up."""
    try:
        stored = await deps.certificates.get(item.certificate_id)
        if not batches.was_done(batch, stored.value):
            if batch.approval is None:
                raise NotFound
            await _ACTS[batch.kind](deps, stored, batch.approval)
    except (Permanent, Retryable) as refusal:
        log.info("batch.not_done", batch_id=batch.batch_id, reason=refusal.slug)
        for_good = isinstance(refusal, Permanent)
        return batches.after_failure(batch, item, refusal.slug, deps.clock.now(), for_good=for_good)
    return replace(item, state=State.DONE, reason="")


async def _load(deps: Deps, staff: Caller, batch_id: str) -> Stored[Batch]:
    stored = await deps.batches.find(batch_id)
    if stored is None or stored.value.staff_id != staff.id:
        raise NotFound
    return stored
