"""The Merkle tree of RFC 6962, section 2.1: hashes, roots and both proofs, given and checked."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

Subtree = tuple[int, int]
"""A half-open range of leaves [begin, end) whose hash the tree's recursion needs."""

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of complete neighbouring leaves, or of complete subtrees of one height."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        paired = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = paired + row[len(row) - len(row) % 2 :]
    return row[0]


def split_below(size: int) -> int:
    """The largest power of two that is smaller than `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def complete_subtrees(begin: int, end: int) -> list[Subtree]:
    """The complete subtrees, from the largest, of a range that the recursion reaches: its hash folds them."""
    found = []
    while begin < end:
        width = 1 << ((end - begin).bit_length() - 1)
        found.append((begin, begin + width))
        begin += width
    return found


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range, from those of its `complete_subtrees`."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def inclusion_path(index: int, size: int) -> list[Subtree]:
    """The ranges whose hashes prove that leaf `index` is in the tree of `size` leaves, the lowest first.

    Raises:
        ValueError: There's no such leaf in it.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path: list[Subtree] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + split_below(end - begin)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    return path[::-1]


def consistency_path(old: int, new: int) -> list[Subtree]:
    """The ranges whose hashes prove that the tree of `new` leaves begins with that of `old`.

    Raises:
        ValueError: `old` is below 1 or above `new`.
    """
    if not 1 <= old <= new:
        raise ValueError("no such sizes")
    path: list[Subtree] = []
    begin, end = 0, new
    while old != end:
        middle = begin + split_below(end - begin)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    if begin > 0:
        path.append((begin, end))
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows the leaf of that hash at `index` (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(step, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, step)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the newer tree begins with the older one (RFC 9162, section 2.1.4.2)."""
    if not 1 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, step)
        node, last = node >> 1, last >> 1
    return last == 0 and (before, after) == (old_root, new_root)
