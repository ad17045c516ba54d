"""Merkle trees as in RFC 6962 §2.1 and RFC 9162 §2.1: hashes, roots and proofs (32-byte SHA-256).

A tree over leaves 0 … size − 1 is asked for through its perfect subtrees: ``node(level, index)``
is the root over leaves ``index · 2^level`` … ``(index + 1) · 2^level − 1``. Checking a proof needs
nothing but the proof.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from yesand.kernel.errors import BadInput
from yesand.provenance.errors import ProofBroken

Node = Callable[[int, int], bytes]
#: The root of the tree without leaves (RFC 6962 §2.1).
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data) (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Range:
    """A growing tree that keeps only the roots of its perfect subtrees, widest first."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add one leaf's hash."""
        self.roots.append(leaf)
        # Two subtrees of one height make one of the next: as a carry in binary addition.
        for _ in range(_trailing_zeros(self.size + 1)):
            right = self.roots.pop()
            self.roots[-1] = node_hash(self.roots[-1], right)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        return fold(self.roots)


def fold(roots: Sequence[bytes]) -> bytes:
    """Return the root of a tree from its perfect subtrees' roots, widest first."""
    if not roots:
        return EMPTY
    found = roots[-1]
    for left in reversed(roots[:-1]):
        found = node_hash(left, found)
    return found


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes (RFC 6962 §2.1)."""
    tree = Range()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def nodes_over(leaves: Sequence[bytes]) -> Node:
    """Return the perfect subtrees over leaf hashes held in memory."""

    def node(level: int, index: int) -> bytes:
        return root(leaves[index << level : (index + 1) << level])

    return node


def perfect(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the widest perfect subtrees that cover leaves start … end − 1."""
    while start < end:
        widest = (end - start).bit_length() - 1
        level = min(_trailing_zeros(start), widest) if start else widest
        yield level, start >> level
        start += 1 << level


def subtree(start: int, end: int, node: Node) -> bytes:
    """Return the root over leaves start … end − 1, a range that a proof asks for."""
    return fold([node(level, index) for level, index in perfect(start, end)])


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that leaf ``index`` is in the tree, sibling first (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size:
        raise BadInput(f"No entry {index} in a log of {size}")
    start, end, proof = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree(middle, end, node))
            end = middle
        else:
            proof.append(subtree(start, middle, node))
            start = middle
    return proof[::-1]


def consistency(old: int, new: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of ``old`` leaves begins that of ``new`` (RFC 9162 §2.1.4.1).

    It is empty for equal sizes, and for the empty tree, which begins every tree.
    """
    if not 0 <= old <= new:
        raise BadInput(f"No proof from a log of {old} to one of {new}")
    return [] if old in {0, new} else subtree_consistency(0, old, new, node)


def subtree_consistency(start: int, end: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that subtree [start, end) lies in the tree of ``size`` leaves.

    Source: draft-ietf-plants-merkle-tree-certs §4.4.1; with ``start`` 0 it is RFC 9162's proof.
    """
    _valid_subtree(start, end)
    if end > size:
        raise BadInput(f"No subtree up to {end} in a log of {size}")
    low, high, proof, known = 0, size, list[bytes](), True
    while (low, high) != (start, end):
        middle = low + _split(high - low)
        if end <= middle:
            proof.append(subtree(middle, high, node))
            high = middle
        elif start >= middle:
            proof.append(subtree(low, middle, node))
            low = middle
        else:
            # The subtree reaches over the middle, so it begins at ``low``: go on in the right half.
            proof.append(subtree(low, middle, node))
            low = start = middle
            known = False
    if not known:
        proof.append(subtree(low, high, node))
    return proof[::-1]


def hiding(indexes: Sequence[int], size: int, node: Node) -> list[bytes]:
    """Return what, with the leaves at some indexes, gives the root and shows no other leaf.

    It is the roots of the widest subtrees without any of these leaves, from left to right.
    """
    proof, wanted = list[bytes](), sorted(indexes)

    def walk(start: int, end: int) -> None:
        if bisect_left(wanted, start) == bisect_left(wanted, end):
            proof.append(subtree(start, end, node))
        elif end - start > 1:
            middle = start + _split(end - start)
            walk(start, middle)
            walk(middle, end)

    if size:
        walk(0, size)
    return proof


def root_hiding(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root from some leaves (index → hash) and what ``hiding`` made for them.

    Raises
    ------
    ProofBroken : the proof has not the right length, or an index is beyond the size.
    """
    _hashes([*leaves.values(), *proof])
    rest, wanted = list(proof), sorted(leaves)
    if not wanted or not 0 <= wanted[0] <= wanted[-1] < size:
        raise ProofBroken("No such leaves")

    def walk(start: int, end: int) -> bytes:
        if bisect_left(wanted, start) == bisect_left(wanted, end):
            if not rest:
                raise ProofBroken("The proof is too short")
            return rest.pop(0)
        if end - start == 1:
            return leaves[start]
        middle = start + _split(end - start)
        return node_hash(walk(start, middle), walk(middle, end))

    found = walk(0, size)
    if rest:
        raise ProofBroken("The proof is too long")
    return found


def path_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162 §2.1.3.2).

    Raises
    ------
    ProofBroken : the proof has the wrong length for this index and size.
    """
    if not 0 <= index < size:
        raise ProofBroken(f"No entry {index} in a log of {size}")
    _hashes([leaf, *proof])
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofBroken("The inclusion proof is too long")
        if at % 2 or at == last:
            found = node_hash(sibling, found)
            even = _trailing_zeros(at)
            at, last = at >> even, last >> even
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofBroken("The inclusion proof is too short")
    return found


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> None:
    """Check that a leaf's hash is at ``index`` of the tree (RFC 9162 §2.1.3.2).

    Raises
    ------
    ProofBroken : it is not.
    """
    if path_root(leaf, index, size, proof) != expected:
        raise ProofBroken("The inclusion proof does not lead to the root", where=f"entry {index}")


def verify_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], expected: bytes
) -> None:
    """Check that a leaf's hash is at ``index`` of the subtree [start, end).

    Raises
    ------
    ProofBroken : it is not, or that is no subtree.
    """
    _check_subtree(start, end)
    verify_inclusion(leaf, index - start, end - start, proof, expected)


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the tree of ``old`` leaves begins the tree of ``new`` (RFC 9162 §2.1.4.2).

    Raises
    ------
    ProofBroken : it does not. The empty tree begins every tree: that proves nothing, so it is
    refused too.
    """
    if old == 0:
        raise ProofBroken("A log of nothing proves nothing")
    verify_subtree_consistency(0, old, new, proof, old_root, new_root)


def old_root(old: int, new: int, proof: Sequence[bytes], new_root: bytes) -> bytes:
    """Return the root of the first ``old`` leaves that a consistency proof shows; empty if none.

    A proof from a power of two does not hold that root, so nothing is shown.
    """
    if not 0 < old < new or old & (old - 1) == 0 or len(proof) < 1:
        return b""
    at, last = old - 1, new - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    inner = outer = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return b""
        if at % 2 or at == last:
            inner, outer = node_hash(sibling, inner), node_hash(sibling, outer)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            outer = node_hash(outer, sibling)
        at, last = at >> 1, last >> 1
    return inner if last == 0 and outer == new_root else b""


def verify_subtree_consistency(
    start: int, end: int, size: int, proof: Sequence[bytes], inner: bytes, outer: bytes
) -> None:
    """Check that the subtree [start, end) with root ``inner`` lies in the tree with ``outer``.

    Source: draft-ietf-plants-merkle-tree-certs §4.4.3.

    Raises
    ------
    ProofBroken : it does not, or that is no subtree.
    """
    if not 0 <= start <= end <= size:
        raise ProofBroken(f"No subtree [{start}, {end}) in a log of {size}")
    if start == end and inner == EMPTY and not proof:
        return  # without leaves there is nothing that could differ
    _check_subtree(start, end)
    _hashes(proof)
    first, at, last = start, end - 1, size - 1
    while (first != at) if at == last else (first != at and at % 2):
        first, at, last = first >> 1, at >> 1, last >> 1
    if first != at and not proof:
        raise ProofBroken("The consistency proof is too short")
    found_inner = found_outer = inner if first == at else proof[0]
    for sibling in proof if first == at else proof[1:]:
        if last == 0:
            raise ProofBroken("The consistency proof is too long")
        if at % 2 or at == last:
            found_inner = node_hash(sibling, found_inner) if first < at else found_inner
            found_outer = node_hash(sibling, found_outer)
            even = _trailing_zeros(at)
            first, at, last = first >> even, at >> even, last >> even
        else:
            found_outer = node_hash(found_outer, sibling)
        first, at, last = first >> 1, at >> 1, last >> 1
    if last or found_inner != inner or found_outer != outer:
        raise ProofBroken("The consistency proof does not lead to the roots")


def _valid_subtree(start: int, end: int) -> None:
    width = end - start
    if start < 0 or width <= 0 or start % (1 << (width - 1).bit_length()):
        raise BadInput(f"[{start}, {end}) is not a subtree")


def _check_subtree(start: int, end: int) -> None:
    try:
        _valid_subtree(start, end)
    except BadInput as fault:
        raise ProofBroken(fault.what) from fault


def _hashes(values: Iterable[bytes]) -> None:
    if any(len(value) != 32 for value in values):
        raise ProofBroken("A hash of a proof is not 32 bytes long")


def _split(size: int) -> int:
    """Return the largest power of two smaller than ``size`` (RFC 6962 §2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1 if number else 0
