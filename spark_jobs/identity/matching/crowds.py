"""Values that too many records share: the telephone number of an office says nothing about who calls."""

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.matching.definition import Crowd, Definition
from spark_jobs.identity.matching.normalise.columns import normalised
from spark_jobs.identity.matching.normalise.contacts import mailbox
from spark_jobs.identity.matching.table import connect

CROWDED_SCHEMA = pa.schema([("column", pa.string()), ("value", pa.string())])
LOST = """
SELECT record_key, list_sort(list(value)) AS lost
FROM (SELECT record_key, unnest({column}) AS value FROM records) SEMI JOIN gone USING (value)
GROUP BY record_key
"""


def without_crowds(records: pa.Table, definition: Definition) -> pa.Table:
    """The records as they are compared: those of `without`, where the crowds are found in these records themselves."""
    return without(records, crowded(records, definition), definition)


def crowded(records: pa.Table, definition: Definition) -> pa.Table:
    """One row per value that more of these records share than the model allows: column and value, in that order.

    Depends on the set of records alone: not on their order, nor on which of them are new.
    """
    found = [CROWDED_SCHEMA.empty_table()]
    with connect() as connection:
        connection.register("records", records)
        for one in definition.crowds:
            found.append(connection.sql(_crowded_sql(one)).to_arrow_table().cast(CROWDED_SCHEMA))
    return pa.concat_tables(found)


def _crowded_sql(crowd: Crowd) -> str:
    different = "".join(f" OR count(DISTINCT {name}) > {above}" for name, above in crowd.different.items())
    named = "".join(f", {name}" for name in crowd.different)
    return f"""
        SELECT '{crowd.column}' AS "column", value FROM (SELECT unnest({crowd.column}) AS value{named} FROM records)
        GROUP BY value HAVING count(*) > {crowd.above}{different} ORDER BY value"""


def without(records: pa.Table, crowded_values: pa.Table, definition: Definition) -> pa.Table:
    """The records without crowded values, in no order; what is left of a value's list, or NULL, stands in its place.

    A record that loses a value is another record for whoever compares: its `content_hash`, where it has one, changes,
    with the places of what it lost and not with the values. So it is compared again on the date on which a value
    becomes crowded, and when it no longer is.
    """
    for crowd in definition.crowds:
        gone = crowded_values.filter(pc.equal(crowded_values["column"], crowd.column)).select(["value"])
        if gone.num_rows:
            records = _without(records, gone, crowd)
    return records


def _without(records: pa.Table, gone: pa.Table, crowd: Crowd) -> pa.Table:
    with connect() as connection:
        connection.register("records", records)
        connection.register("gone", gone)
        connection.execute(f"CREATE TABLE losers AS {LOST.format(column=crowd.column)}")
        kept = connection.sql("SELECT * FROM records ANTI JOIN losers USING (record_key)").to_arrow_table()
        lost = connection.sql(f"""
            SELECT records.* REPLACE ({_replaced(crowd)}),
                list_transform(lost, lambda value: list_position({crowd.column}, value)) AS places
            FROM records JOIN losers USING (record_key)""").to_arrow_table()
    places = lost["places"].to_pylist()
    left = lost.drop_columns(["places"])
    if "mailbox" in left.column_names:
        left = _with(left, "mailbox", normalised(left["email"], mailbox))
    if "content_hash" in left.column_names:
        hashes = zip(left["content_hash"].to_pylist(), places, strict=True)
        left = _with(left, "content_hash", pa.array(_rehashed(one, crowd.column, at) for one, at in hashes))
    return pa.concat_tables([kept.cast(records.schema), left.cast(records.schema)])


def _replaced(crowd: Crowd) -> str:
    """SQL of the columns that lose values: lists without them, and the first of what is left."""
    names = (crowd.column, *crowd.also)
    lists = {name: f"nullif(list_filter({name}, lambda value: NOT list_contains(lost, value)), [])" for name in names}
    first = {crowd.first: f"({lists[crowd.column]})[1]"} if crowd.first else {}
    return ", ".join(f"{sql} AS {name}" for name, sql in (lists | first).items())


def _with(records: pa.Table, column: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    return records.set_column(records.schema.get_field_index(column), column, values)


def _rehashed(content_hash: str, column: str, places: list[int]) -> str:
    return hashlib.sha256(f"{content_hash}|{column}|{places}".encode()).hexdigest()[:32]
