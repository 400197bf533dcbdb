"""A population of source records and the edges between them, drawn from a seed: no names, only keys and scores."""

import duckdb
import pyarrow as pa

from spark_jobs.identity.changes import Matching

# persons have 1 to 10 records, all pairs of a person have an edge, and some pairs of strangers have one too
RECORDS = """
select 's' || (hash(record, {seed}) % 20) || '|' || printf('%09d', record) as record_key,
    date '2020-01-01' + (hash(record, 'day') % 2000)::int as first_delivery_date,
    md5(record::varchar) as content_hash,
    person
from (
    select row_number() over (order by person, copy) as record, person
    from range({persons}) as persons(person), range(10) as copies(copy)
    where copy < case when hash(person, {seed}) % 1000 < 640 then 1 when hash(person, {seed}) % 1000 < 790 then 2
        when hash(person, {seed}) % 1000 < 930 then 3 when hash(person, {seed}) % 1000 < 998 then 6 else 10 end
)
order by person
"""
EDGES = """
select one.record_key as left_key, two.record_key as right_key,
    case when hash(one.record_key, two.record_key) % 10 < 3 then 'rule:tax_id' else 'score' end as reason,
    case when hash(one.record_key, two.record_key) % 10 < 3 then null
        else round(0.85 + (hash(two.record_key, one.record_key) % 1500) / 10000, 4) end as score,
    'm1' as model_version,
    '{"name":' || hash(one.record_key) % 4 || ',"birth_date":' || hash(two.record_key) % 3 || '}' as evidence
from records as one
join records as two on one.person = two.person and one.record_key < two.record_key
"""
STRANGERS = """
select least(one.record_key, two.record_key) as left_key, greatest(one.record_key, two.record_key) as right_key,
    'score' as reason, round(0.6 + (hash(one.person, 'x') % 4000) / 10000, 4) as score, 'm1' as model_version,
    '{{"name":1,"birth_date":0}}' as evidence
from records as one
join records as two on two.person = (one.person + 1 + hash(one.person) % 50)
where hash(one.person, 'stranger') % 100 < {percent} and one.record_key <> two.record_key
"""


def population(persons: int, seed: int = 1, percent: int = 16) -> tuple[pa.Table, pa.Table]:
    """Records (record_key, first_delivery_date, content_hash, person) and all edges between them."""
    with duckdb.connect() as engine:
        engine.execute(f"create table records as {RECORDS.format(persons=persons, seed=seed)}")
        records = engine.sql("from records").to_arrow_table()
        edges = engine.sql(f"{EDGES} union all {STRANGERS.format(percent=percent)}").to_arrow_table()
    return records, edges


def replayed(edges: pa.Table) -> Matching:
    """A matching that looks the edges up that are known beforehand."""

    def match(records: pa.Table) -> pa.Table:
        return _find("left_key in (from keys) and right_key in (from keys)", records, records)

    def match_new(new: pa.Table, standing: pa.Table) -> pa.Table:
        touches = "(left_key in (from new) or right_key in (from new))"
        return _find(f"{touches} and left_key in (from keys) and right_key in (from keys)", new, standing)

    def _find(condition: str, new: pa.Table, others: pa.Table) -> pa.Table:
        names = [new.select(["record_key"]), others.select(["record_key"])]
        with duckdb.connect() as engine:
            engine.register("edges", edges)
            engine.register("new", names[0])
            engine.register("keys", pa.concat_tables(names))
            return engine.sql(f"select * from edges where {condition}").to_arrow_table()

    return Matching(match, match_new, "m1")
