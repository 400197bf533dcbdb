"""Groups of records that edges hold together, with a declared rule for groups that grow too large."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def clusters(edges: pa.Table, threshold: float, max_size: int) -> pa.Table:
    """One row per record that has an edge at the threshold or above: record_key, cluster_key, in order of record key.

    `cluster_key` is the smallest record key of the cluster. A component of more than `max_size` records is cut: its
    weakest edges are left out, the weight below which edges do not count rising step by step, until every part fits.
    """
    counted = edges.filter(pc.greater_equal(edges["score"], threshold))
    keys, ends = np.unique(
        np.concatenate([counted["left_key"].to_numpy(), counted["right_key"].to_numpy()]), return_inverse=True
    )
    left, right = np.split(ends, 2)
    labels = _cut(left, right, strength(counted), (len(keys), max_size))
    first = np.full(labels.max(initial=-1) + 1, len(keys))
    np.minimum.at(first, labels, np.arange(len(keys)))
    return pa.table({"record_key": pa.array(keys, pa.string()), "cluster_key": pa.array(keys[first[labels]], pa.string())})
