"""Which records are one customer: connected components, in bulk, and by hand where they cannot be taken as they are."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from spark_jobs.identity.clusters import Link, settle
from spark_jobs.identity.engine import query
from spark_jobs.identity.policy import Policy

# one row per link: edges that count and must-links, without pairs that are decided otherwise
LINKS = """
select left_key, right_key, reason, coalesce(score, 1) as score, model_version, evidence,
    case when starts_with(reason, 'rule:') then 1 else 0 end as tier
from edges
anti join decisions using (left_key, right_key)
where starts_with(reason, 'rule:') or score >= {threshold!r}
union all
select left_key, right_key, 'must_link', date_diff('day', date '1970-01-01', decided_on)::double, null,
    json_object('decision_id', decision_id, 'steward', steward)::varchar, 2
from decisions
where kind = 'must_link'
"""


def links_of(edges: pa.Table, decisions: pa.Table, policy: Policy) -> pa.Table:
    """Links, several a pair where several reasons hold: the columns of edges, and their tier.

    `decisions` are standing ones; a decided pair has no link but its must-link.
    """
    return query(LINKS.format(threshold=policy.threshold), edges=edges, decisions=decisions)


def partition(record_keys: pa.Array, links: pa.Table, decisions: pa.Table, policy: Policy) -> pa.Table:
    """One row per record: record_key, cluster_key (the smallest key of its part), held_reason; sorted by record_key.

    Links to records that are not among these count for nothing. The same for any order of records and links.
    """
    keys = record_keys.take(pc.sort_indices(record_keys)).cast(pa.string())
    graph = _Graph.of(keys, links)
    labels = _components(len(keys), graph)
    first = labels.copy()
    held: dict[int, str] = {}
    cannot = _cannot_pairs(keys, decisions, labels)
    for component in _hard_components(labels, graph, cannot, policy):
        for part in settle(component.nodes, component.links, component.cannot, policy):
            first[list(part.nodes)] = part.nodes[0]
            if part.held_reason:
                held.update(dict.fromkeys(part.nodes, part.held_reason))
    reasons = np.full(len(keys), None, dtype=object)
    reasons[list(held)] = list(held.values())
    columns = [keys, keys.take(pa.array(first)), pa.array(reasons, pa.string())]
    return pa.table(columns, names=["record_key", "cluster_key", "held_reason"])


def reach(touched: pa.Table, links: pa.Table) -> pa.Table:
    """The record_keys that links join, over any number of steps, to a touched one; touched ones too, sorted."""
    sides = [links.column(name).combine_chunks().cast(pa.string()) for name in ("left_key", "right_key")]
    ends = pa.concat_arrays([*sides, touched.column("record_key").combine_chunks().cast(pa.string())])
    encoded = ends.dictionary_encode()
    codes, count = encoded.indices.to_numpy(), len(links)
    size = len(encoded.dictionary)
    labels = _labels(size, codes[:count], codes[count : 2 * count])
    is_reached = np.zeros(size, dtype=bool)
    is_reached[labels[codes[2 * count :]]] = True
    found = encoded.dictionary.filter(pa.array(is_reached[labels]))
    return pa.table({"record_key": found.take(pc.sort_indices(found))})


@dataclass(frozen=True, slots=True)
class _Graph:
    """Links as arrays of node numbers, one a pair: its strongest."""

    left: np.ndarray
    right: np.ndarray
    tier: np.ndarray
    score: np.ndarray

    @classmethod
    def of(cls, keys: pa.Array, links: pa.Table) -> "_Graph":
        left, right = (_places(links.column(name), keys) for name in ("left_key", "right_key"))
        tier, score = (links.column(name).to_numpy() for name in ("tier", "score"))
        known = np.flatnonzero((left >= 0) & (right >= 0) & (left != right))
        left, right = np.minimum(left, right)[known], np.maximum(left, right)[known]
        tier, score = tier[known], score[known]
        pair = left * len(keys) + right
        order = np.lexsort((-score, -tier, pair))
        is_first = np.ones(len(order), dtype=bool)
        is_first[1:] = pair[order][1:] != pair[order][:-1]
        kept = order[is_first]
        return cls(left[kept], right[kept], tier[kept], score[kept])


@dataclass(slots=True)
class _Component:
    nodes: list[int]
    links: list[Link]
    cannot: list[tuple[int, int]]


def _places(values: pa.ChunkedArray, keys: pa.Array) -> np.ndarray:
    found = pc.index_in(values.combine_chunks().cast(pa.string()), value_set=keys)
    return pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _labels(size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    if not size:
        return np.zeros(0, dtype=np.int64)
    matrix = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    return connected_components(matrix, directed=False)[1].astype(np.int64)


def _components(size: int, graph: _Graph) -> np.ndarray:
    """For each node the smallest node of its component."""
    labels = _labels(size, graph.left, graph.right)
    _, smallest = np.unique(labels, return_index=True)
    return smallest[labels] if size else labels


def _cannot_pairs(keys: pa.Array, decisions: pa.Table, labels: np.ndarray) -> list[tuple[int, int]]:
    """Pairs that must stay apart although links join them."""
    apart = decisions.filter(pc.equal(decisions.column("kind"), "cannot_link"))
    sides = [_places(apart.column(name), keys).tolist() for name in ("left_key", "right_key")]
    return [
        (left, right)
        for left, right in zip(*sides, strict=True)
        if left >= 0 and right >= 0 and labels[left] == labels[right]
    ]


def _hard_components(
    labels: np.ndarray, graph: _Graph, cannot: list[tuple[int, int]], policy: Policy
) -> list[_Component]:
    """Components that hold a cannot-pair, are oversized or thin."""
    sizes = np.bincount(labels, minlength=len(labels))
    counts = np.bincount(labels[graph.left], minlength=len(labels))
    is_thin = (sizes >= policy.thin_from) & (counts < policy.least_density * sizes * (sizes - 1) / 2)
    is_hard = (sizes > policy.largest_cluster) | is_thin
    is_hard[[int(labels[left]) for left, _ in cannot]] = True
    found: dict[int, _Component] = defaultdict(lambda: _Component([], [], []))
    for node in np.flatnonzero(is_hard[labels]).tolist():
        found[int(labels[node])].nodes.append(node)
    for place in np.flatnonzero(is_hard[labels[graph.left]]).tolist():
        left, right = int(graph.left[place]), int(graph.right[place])
        link = Link(int(graph.tier[place]), float(graph.score[place]), left, right)
        found[int(labels[left])].links.append(link)
    for left, right in cannot:
        found[int(labels[left])].cannot.append((left, right))
    return list(found.values())
