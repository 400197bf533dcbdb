"""Groups of records that edges hold together, with a declared rule for groups that grow too large."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CLUSTER_SCHEMA = pa.schema([("record_key", pa.string()), ("cluster_key", pa.string()), ("is_oversized", pa.bool_())])


def clusters(edges: pa.Table, threshold: float, max_size: int, apart: pa.Table | None = None) -> pa.Table:
    """One row per record with an edge that counts (score >= threshold), in order of record key; any order of edges.

    `cluster_key` is the smallest record key of the cluster. In a component of more than `max_size` records the weight
    from which edges count rises until its parts fit, in each part on its own; edges of rules are never cut. A part that
    rules alone hold above `max_size` stays whole and is marked `is_oversized`: a steward decides, not arithmetic.

    `apart` holds pairs (left_key, right_key) that may not share a cluster, not even through others. Edges are taken in
    order of strength (rules first, then weight, then keys); one that would bring two records together that are to stay
    apart is left out.
    """
    counted = edges.filter(pc.greater_equal(edges["score"], threshold))
    if not counted.num_rows:
        return CLUSTER_SCHEMA.empty_table()
    keys, left, right = _numbered(counted)
    tree = _Dendrogram(len(keys), _forbidden(apart, keys))
    strength = _strength(counted)
    for at in np.lexsort((right, left, -counted["weight"].to_numpy(), -strength)).tolist():
        tree.join(int(left[at]), int(right[at]), float(strength[at]))
    labels = tree.cut(max_size)
    first = np.full(labels.max() + 1, len(keys))
    np.minimum.at(first, labels, np.arange(len(keys)))
    is_oversized = np.bincount(labels)[labels] > max_size
    named = pa.array(keys, pa.string())
    return pa.table([named, named.take(pa.array(first[labels])), is_oversized], schema=CLUSTER_SCHEMA)


def cluster_quality(edges: pa.Table, members: pa.Table) -> pa.Table:
    """One row per cluster: records, edges inside, and density (edges as a share of all pairs, 1 where all are known).

    A thin cluster, many records with few edges, is a chain: what hangs together only through others.
    """
    sizes = members.group_by("cluster_key", use_threads=False).aggregate([("record_key", "count")])
    group = dict(zip(members["record_key"].to_pylist(), members["cluster_key"].to_pylist(), strict=True))
    ends = zip(edges["left_key"].to_pylist(), edges["right_key"].to_pylist(), strict=True)
    inside = [group[left] for left, right in ends if left in group and group[left] == group.get(right)]
    found = pc.value_counts(pa.array(inside, pa.string()))
    counts = dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))
    keys, records = sizes["cluster_key"].to_pylist(), sizes["record_key_count"].to_pylist()
    rows = [(key, size, counts.get(key, 0)) for key, size in zip(keys, records, strict=True)]
    return pa.table({
        "cluster_key": [key for key, _, _ in rows],
        "record_count": [size for _, size, _ in rows],
        "edge_count": [count for _, _, count in rows],
        "density": [round(2 * count / (size * (size - 1)), 6) for _, size, count in rows],
    })  # fmt: skip


def _numbered(edges: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Record keys in order, and both ends of each edge as places among them."""
    both = pa.chunked_array([*edges["left_key"].chunks, *edges["right_key"].chunks]).combine_chunks()
    keys = both.unique().sort()
    places = pc.index_in(both, keys).to_numpy(zero_copy_only=False)
    left, right = np.split(places, 2)
    return keys, left, right


def _strength(edges: pa.Table) -> np.ndarray:
    """The weight of an edge; a rule's is infinite."""
    is_rule = pc.starts_with(edges["reason"], "rule:")
    return pc.if_else(is_rule, float("inf"), edges["weight"]).to_numpy(zero_copy_only=False)


def _forbidden(apart: pa.Table | None, keys: pa.Array) -> dict[int, set[int]]:
    """Place of a record -> places of those that it must not meet."""
    found: dict[int, set[int]] = {}
    if apart is None:
        return found
    ends = [pc.index_in(apart[name], keys).to_pylist() for name in ("left_key", "right_key")]
    for left, right in zip(*ends, strict=True):
        if left is not None and right is not None:
            found.setdefault(left, set()).add(right)
            found.setdefault(right, set()).add(left)
    return found


class _Dendrogram:
    """How components grow together as ever weaker edges count (single linkage); leaves are the records."""

    def __init__(self, records: int, forbidden: dict[int, set[int]]) -> None:
        self.records = records
        self.parts: list[tuple[int, int]] = []
        self.heights: list[float] = []
        self.sizes = [1] * records
        self._parents = list(range(records))
        self._forbidden = forbidden

    def join(self, left: int, right: int, height: float) -> None:
        """Let two records meet, unless they have met or somebody in their groups must not meet."""
        left, right = self._top(left), self._top(right)
        if left == right or right in {self._top(one) for one in self._forbidden.get(left, ())}:
            return
        joined = len(self._parents)
        self._parents.append(joined)
        self._parents[left] = self._parents[right] = joined
        self.parts.append((left, right))
        self.heights.append(height)
        self.sizes.append(self.sizes[left] + self.sizes[right])
        forbidden = self._forbidden.pop(left, set()) | self._forbidden.pop(right, set())
        if forbidden:
            self._forbidden[joined] = forbidden

    def _top(self, node: int) -> int:
        while self._parents[node] != node:
            self._parents[node] = self._parents[self._parents[node]]
            node = self._parents[node]
        return node

    def cut(self, max_size: int) -> np.ndarray:
        """A label per record: the largest nodes that fit, whatever ties there are among weights."""
        labels = np.zeros(self.records, dtype=np.int64)
        waiting = [(node, -np.inf) for node in range(len(self._parents)) if self._parents[node] == node]
        label = 0
        while waiting:
            node, floor = waiting.pop()
            height = np.inf if node < self.records else self.heights[node - self.records]
            is_whole = self.sizes[node] <= max_size and height > floor
            if is_whole or height == np.inf:
                labels[self._leaves(node)] = label
                label += 1
                continue
            raised = max(floor, height) if self.sizes[node] > max_size else floor
            waiting += [(part, raised) for part in self.parts[node - self.records]]
        return labels

    def _leaves(self, node: int) -> list[int]:
        found, waiting = [], [node]
        while waiting:
            node = waiting.pop()
            if node < self.records:
                found.append(node)
            else:
                waiting += self.parts[node - self.records]
        return found
