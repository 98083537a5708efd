"""What a dishonest operator does to an issuance log, each with what a monitor must find.

The operator holds the log's key and writes everything that is served; what has reached the broker stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.log_monitor.findings import Fault
from libs.chassis.notes import NoteSigner
from libs.contracts.issuance_log.entry import LogEntry, LogKind, find_statement
from libs.contracts.issuance_log.merkle import leaf_hash
from tests.support.honest_log import LATER, NAME, START, Served, issue


def rewrite_an_entry_alone(served: Served) -> None:
    """The entry is another, its hash is not."""
    served.hashes = [leaf_hash(leaf) for leaf in served.leaves]
    served.note = served.signer.sign(served.head().text)
    _rewrite(served, served.chance.randrange(len(served.leaves)))


def rewrite_an_entry_and_its_tile(served: Served) -> None:
    """Entry and hash are others, the head is not."""
    served.note = served.signer.sign(served.head().text)
    _rewrite(served, served.chance.randrange(len(served.leaves)))


def rewrite_what_was_seen(served: Served) -> None:
    """The whole tree is made anew, over another history."""
    _rewrite(served, served.chance.randrange(served.seen))


def rewrite_what_was_not_seen(served: Served) -> None:
    """The whole tree is made anew, before the monitor saw it: the facts speak."""
    _rewrite(served, _published_index(served))


def remove_what_was_seen(served: Served) -> None:
    del served.leaves[served.chance.randrange(served.seen)]


def remove_what_was_not_seen(served: Served) -> None:
    del served.leaves[_published_index(served)]


def reorder(served: Served) -> None:
    one, other = served.chance.sample(range(len(served.leaves) - 2), 2)
    leaves = served.leaves
    leaves[one], leaves[other] = leaves[other], leaves[one]


def insert_in_the_past(served: Served) -> None:
    entry = LogEntry(LogKind.ISSUED, START, served.chance.randbytes(32).hex())
    served.leaves.insert(served.chance.randrange(served.seen), entry.encoded())


def backdate_the_day_of_issue(served: Served) -> None:
    """A certificate of today says that it was issued long ago."""
    told = issue(served, "late")
    days = served.chance.randrange(4, 1000)
    served.record(
        told.model_copy(update={"issued_on": told.issued_on - timedelta(days=days)}), LogKind.ISSUED
    )


def postdate_the_day_of_issue(served: Served) -> None:
    told = issue(served, "early")
    served.record(told.model_copy(update={"issued_on": told.issued_on + timedelta(days=2)}), LogKind.ISSUED)


def backdate_the_entry(served: Served) -> None:
    """Entry and fact agree on a moment before the last head was seen."""
    before = served.seen_at - timedelta(minutes=served.chance.randrange(3, 50))
    served.leaves[served.seen :] = []
    served.facts[served.seen :] = []
    served.record(issue(served, "backdated", before), LogKind.REVOKED)


def backdate_the_fact(served: Served) -> None:
    """The fact says another moment than the entry that commits to it."""
    told = issue(served, "backdated", served.now - timedelta(minutes=served.chance.randrange(1, 50)))
    salt = served.chance.randbytes(32).hex()
    told = told.model_copy(update={"log_index": len(served.leaves), "log_salt": salt})
    statement = find_statement(told)
    assert statement is not None
    served.log(LogEntry(LogKind.ISSUED, served.now, statement.commitment(salt)))
    served.publish(told)


def log_ahead_of_time(served: Served) -> None:
    """An entry is kept ready for a certificate of tomorrow."""
    served.record(issue(served, "tomorrow", served.now + timedelta(days=1)), LogKind.ISSUED)


def publish_without_an_entry(served: Served) -> None:
    served.publish(issue(served, "unlogged"), served.now - LATER)


def publish_with_anothers_entry(served: Served) -> None:
    index = served.chance.randrange(len(served.leaves))
    told = issue(served, "unlogged").model_copy(update={"log_index": index, "log_salt": "00" * 32})
    served.publish(told, served.now - LATER)


def publish_with_an_entry_that_never_comes(served: Served) -> None:
    told = issue(served, "unlogged").model_copy(
        update={"log_index": len(served.leaves) + served.chance.randrange(5), "log_salt": "00" * 32}
    )
    served.publish(told, served.now - LATER)


def publish_twice(served: Served) -> None:
    """Two facts stand on one entry."""
    served.publish(served.chance.choice(served.facts).told)


def publish_another_status(served: Served) -> None:
    """What was logged as revoked is published as valid."""
    served.record(issue(served, "revoked"), LogKind.REVOKED)


def log_without_publishing(served: Served) -> None:
    """A certificate is issued in secret."""
    at = LogEntry.decoded(served.leaves[-1]).at
    served.log(LogEntry(LogKind.ISSUED, at, served.chance.randbytes(32).hex()))


def void_what_was_published(served: Served) -> None:
    served.log(LogEntry(LogKind.VOIDED, served.now, "ef" * 32, _published_index(served)))


def fork(served: Served) -> None:
    """Another head for what the monitor has seen, over other entries."""
    served.leaves[served.seen :] = []
    served.facts[served.seen :] = []
    _rewrite(served, served.chance.randrange(served.seen))


def shrink(served: Served) -> None:
    """An older head is served again."""
    served.note = served.signer.sign(served.head(served.chance.randrange(served.seen)).text)


def sign_another_root(served: Served) -> None:
    root = served.chance.randbytes(32)
    served.note = served.signer.sign(replace(served.head(), root=root).text)


def sign_more_than_there_is(served: Served) -> None:
    head = served.head()
    served.note = served.signer.sign(replace(head, size=head.size + 1).text)


def forge_the_head(served: Served) -> None:
    """Somebody without the key signs."""
    other = NoteSigner(NAME, Ed25519PrivateKey.from_private_bytes(served.chance.randbytes(32)))
    served.note = other.sign(served.head().text)


def name_another_log(served: Served) -> None:
    served.note = served.signer.sign(replace(served.head(), origin="localhost:8080/other").text)


ATTACKS: Final[dict[Callable[[Served], None], frozenset[Fault]]] = {
    rewrite_an_entry_alone: frozenset({Fault.TILE_WRONG, Fault.ROOT_WRONG}),
    rewrite_an_entry_and_its_tile: frozenset({Fault.ROOT_WRONG}),
    rewrite_what_was_seen: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG}),
    rewrite_what_was_not_seen: frozenset({Fault.FACT_DIFFERS}),
    remove_what_was_seen: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG}),
    remove_what_was_not_seen: frozenset({Fault.FACT_DIFFERS, Fault.FACT_UNLOGGED}),
    reorder: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG, Fault.FACT_DIFFERS}),
    insert_in_the_past: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG}),
    backdate_the_day_of_issue: frozenset({Fault.FACT_BACKDATED}),
    postdate_the_day_of_issue: frozenset({Fault.FACT_BACKDATED}),
    backdate_the_entry: frozenset({Fault.MOMENT_BACKDATED}),
    backdate_the_fact: frozenset({Fault.FACT_BACKDATED}),
    log_ahead_of_time: frozenset({Fault.MOMENT_AHEAD}),
    publish_without_an_entry: frozenset({Fault.FACT_UNLOGGED}),
    publish_with_anothers_entry: frozenset({Fault.FACT_DIFFERS}),
    publish_with_an_entry_that_never_comes: frozenset({Fault.FACT_UNLOGGED}),
    publish_twice: frozenset({Fault.FACT_TWICE}),
    publish_another_status: frozenset({Fault.FACT_DIFFERS}),
    log_without_publishing: frozenset({Fault.ENTRY_UNPUBLISHED}),
    void_what_was_published: frozenset({Fault.VOID_WRONG, Fault.FACT_TWICE}),
    fork: frozenset({Fault.HEAD_FORKED}),
    shrink: frozenset({Fault.HEAD_SHRUNK}),
    sign_another_root: frozenset({Fault.ROOT_WRONG}),
    sign_more_than_there_is: frozenset({Fault.ENTRIES_MISSING}),
    forge_the_head: frozenset({Fault.HEAD_FORGED}),
    name_another_log: frozenset({Fault.HEAD_FORGED}),
}
"""Each attack, with the faults of which one must be found."""


def _published_index(served: Served) -> int:
    """An entry that the monitor hasn't seen and that a fact stands on: the last two are the void pair."""
    return served.chance.randrange(served.seen, len(served.leaves) - 2)


def _rewrite(served: Served, index: int) -> None:
    entry = LogEntry.decoded(served.leaves[index])
    rewritten = replace(entry, commitment=served.chance.randbytes(32).hex())
    served.leaves[index] = rewritten.encoded()
