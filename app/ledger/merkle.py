"""The root over many leaves that come one by one (RFC 9162, 2.1.1), in memory that grows by their number's digits only.

Leaves and nodes are hashed under different prefixes, so no node can be passed off as a leaf.
"""

from __future__ import annotations

import hashlib

LEAF, NODE = b"\x00", b"\x01"


class MerkleTree:
    """Add the hashes of leaves (SHA-256 of LEAF and the entry), then ask for the root."""

    def __init__(self) -> None:
        self._peaks: list[bytes] = []
        self.leaves = 0

    def add(self, leaf: bytes) -> None:
        """The next leaf, in order."""
        node, height = leaf, self.leaves
        # Two whole trees of one size make the next larger one, as ones carry in a binary counter.
        while height & 1:
            node = _join(self._peaks.pop(), node)
            height >>= 1
        self._peaks.append(node)
        self.leaves += 1

    def root(self) -> bytes:
        """Of what was added so far; of nothing, the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256().digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = _join(peak, node)
        return node


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()
