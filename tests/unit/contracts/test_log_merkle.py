"""The Merkle tree of RFC 6962: certificate-transparency's vectors, and any tree against its definition."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.issuance_log.merkle import (
    EMPTY_ROOT,
    Subtree,
    complete_subtrees,
    consistency_path,
    folded,
    inclusion_path,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

# The leaves and roots of google/certificate-transparency's merkle_tree_test.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PROOF_OF_0_IN_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
MANY = [leaf_hash(b"%d" % number) for number in range(300)]


def defined(hashes: list[bytes]) -> bytes:
    """MTH, word for word as RFC 6962, section 2.1, defines it."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(defined(hashes[:split]), defined(hashes[split:]))


def hashed(ranges: list[Subtree]) -> list[bytes]:
    return [defined(MANY[begin:end]) for begin, end in ranges]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == folded([]) == EMPTY_ROOT == defined([])


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_vectors(size: int) -> None:
    assert root_of(HASHES[:size]).hex() == ROOTS[size - 1]


def test_a_proof_is_that_of_the_vectors() -> None:
    path = [defined(HASHES[begin:end]).hex() for begin, end in inclusion_path(0, 8)]
    assert path == PROOF_OF_0_IN_8


@given(st.integers(0, 300))
def test_a_tree_folds_from_its_complete_subtrees(size: int) -> None:
    parts = complete_subtrees(0, size)
    assert all((end - begin).bit_count() == 1 and begin % (end - begin) == 0 for begin, end in parts)
    assert folded(hashed(parts)) == root_of(MANY[:size]) == defined(MANY[:size])


@given(st.data())
def test_every_leaf_is_proved_and_no_other_in_its_place(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    proof, root = hashed(inclusion_path(index, size)), defined(MANY[:size])
    assert is_included(MANY[index], index, size, proof, root)
    other = data.draw(st.integers(0, 299).filter(lambda drawn: drawn != index))
    assert not is_included(MANY[other], index, size, proof, root)
    assert not is_included(MANY[index], other, size, proof, root)
    assert not is_included(MANY[index], index, size, [*proof, root], root)
    assert not is_included(MANY[index], index, size, proof, MANY[0] if size > 1 else MANY[1])


@given(st.data())
def test_a_tree_is_proved_to_begin_with_an_older_one_and_with_no_other(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, new))
    proof, old_root, new_root = hashed(consistency_path(old, new)), defined(MANY[:old]), defined(MANY[:new])
    assert is_consistent(old, old_root, new, new_root, proof)
    changed = list(MANY[:old])
    changed[data.draw(st.integers(0, old - 1))] = leaf_hash(b"another")
    assert not is_consistent(old, defined(changed), new, new_root, proof)
    assert not is_consistent(old, old_root, new, leaf_hash(b"another"), proof)
    assert not is_consistent(old, old_root, new, new_root, [*proof, new_root])
    if proof:
        assert not is_consistent(old, old_root, new, new_root, proof[:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        inclusion_path(index, size)
    assert not is_included(MANY[0], index, size, [], MANY[0])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_only_an_older_tree_is_proved(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="sizes"):
        consistency_path(old, new)
    assert not is_consistent(old, MANY[0], new, MANY[0], [])


def test_a_proof_without_steps_shows_nothing() -> None:
    assert not is_consistent(3, MANY[0], 5, MANY[1], [])
