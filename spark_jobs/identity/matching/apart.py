"""Pairs that a model declares distinct and that edges would bring together through others."""

import pyarrow as pa

from spark_jobs.identity.matching.clusters import clusters
from spark_jobs.identity.matching.definition import Definition
from spark_jobs.identity.matching.table import checked, connect

APART_SCHEMA = pa.schema([("left_key", pa.string()), ("right_key", pa.string()), ("reason", pa.string())])


def apart_pairs(records: pa.Table, edges: pa.Table, definition: Definition) -> pa.Table:
    """One row per pair (left_key < right_key) in one component of the edges that is declared distinct, with the reason.

    A and B are brother and sister, C has an edge to both: no edge joins A and B, but their component would. `records`
    must hold every record of the edges.
    """
    if not definition.distinct:
        return APART_SCHEMA.empty_table()
    groups = clusters(edges, definition.thresholds.keep, records.num_rows)
    reason = " ".join(f"WHEN {one.where} THEN 'distinct:{one.name}'" for one in definition.distinct)
    with connect() as connection:
        connection.register("records", checked(records, definition))
        connection.register("groups", groups)
        connection.execute("CREATE TABLE members AS SELECT * FROM records JOIN groups USING (record_key)")
        found = connection.sql(f"""
            SELECT l.record_key AS left_key, r.record_key AS right_key, CASE {reason} END AS reason
            FROM members AS l JOIN members AS r ON l.cluster_key = r.cluster_key AND l.record_key < r.record_key
            WHERE CASE {reason} END IS NOT NULL
            ORDER BY left_key, right_key""").to_arrow_table()
    return found.cast(APART_SCHEMA)
