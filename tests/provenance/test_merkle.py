from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.provenance import merkle
from yesand.provenance.errors import ProofBroken

LEAVES = [merkle.leaf_hash(b"entry %d" % i) for i in range(300)]
NODE = merkle.nodes_over(LEAVES)
sizes = st.integers(1, len(LEAVES))


def root(size: int) -> bytes:
    return merkle.root(LEAVES[:size])


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def flipped(data: bytes, bit: int) -> bytes:
    number = int.from_bytes(data) ^ (1 << bit % (8 * len(data)))
    return number.to_bytes(len(data))


@given(st.integers(0, len(LEAVES)))
def test_the_growing_root_is_the_one_that_the_rfc_defines(size: int) -> None:
    assert root(size) == by_definition(LEAVES[:size])
    assert merkle.subtree(0, size, NODE) == root(size)


@given(sizes, st.data())
def test_every_inclusion_proof_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, NODE)
    merkle.verify_inclusion(LEAVES[index], index, size, proof, root(size))


@given(st.integers(2, len(LEAVES)), st.integers(0), st.data())
def test_an_inclusion_proof_with_a_flipped_bit_fails(
    size: int, bit: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, NODE)
    place = data.draw(st.integers(0, len(proof) - 1))
    proof[place] = flipped(proof[place], bit)
    with pytest.raises(ProofBroken):
        merkle.verify_inclusion(LEAVES[index], index, size, proof, root(size))
    right = merkle.inclusion(index, size, NODE)
    with pytest.raises(ProofBroken):
        merkle.verify_inclusion(flipped(LEAVES[index], bit), index, size, right, root(size))


@given(sizes, st.data())
def test_a_proof_does_not_hold_at_another_place(size: int, data: st.DataObject) -> None:
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    proof = merkle.inclusion(index, size, NODE)
    if index != other:
        with pytest.raises(ProofBroken):
            merkle.verify_inclusion(LEAVES[index], other, size, proof, root(size))


@given(sizes, st.data())
def test_every_consistency_proof_verifies_and_a_flipped_bit_fails(
    new: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, new))
    proof = merkle.consistency(old, new, NODE)
    merkle.verify_consistency(old, new, proof, root(old), root(new))
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        proof[place] = flipped(proof[place], data.draw(st.integers(0, 255)))
        with pytest.raises(ProofBroken):
            merkle.verify_consistency(old, new, proof, root(old), root(new))


@given(sizes, st.data())
def test_every_subtree_is_proven_to_lie_in_the_tree(size: int, data: st.DataObject) -> None:
    end = data.draw(st.integers(1, size))
    # Every width whose power of two divides the start gives a subtree.
    width = data.draw(st.integers(1, end))
    start = end - width
    if start % (1 << (width - 1).bit_length()):
        with pytest.raises(BadInput):
            merkle.subtree_consistency(start, end, size, NODE)
        return
    inner = merkle.root(LEAVES[start:end])
    proof = merkle.subtree_consistency(start, end, size, NODE)
    merkle.verify_subtree_consistency(start, end, size, proof, inner, root(size))
    index = data.draw(st.integers(start, end - 1))
    within = merkle.inclusion(index - start, width, merkle.nodes_over(LEAVES[start:end]))
    merkle.verify_subtree_inclusion(LEAVES[index], index, start, end, within, inner)


@given(sizes, st.data())
def test_some_leaves_are_shown_and_the_rest_hidden(size: int, data: st.DataObject) -> None:
    shown = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    proof = merkle.hiding(sorted(shown), size, NODE)
    leaves = {i: LEAVES[i] for i in shown}
    assert merkle.root_hiding(leaves, size, proof) == root(size)
    assert not set(proof) & set(leaves.values())
    for broken in (proof[:-1], [*proof, bytes(32)]):
        if broken != proof:
            with pytest.raises(ProofBroken):
                merkle.root_hiding(leaves, size, broken)
    some = data.draw(st.sampled_from(sorted(shown)))
    leaves[some] = flipped(leaves[some], data.draw(st.integers(0, 255)))
    assert merkle.root_hiding(leaves, size, proof) != root(size)


def test_an_entry_beyond_the_log_has_no_proof() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(BadInput):
            merkle.inclusion(index, size, NODE)
    with pytest.raises(BadInput):
        merkle.consistency(4, 3, NODE)
