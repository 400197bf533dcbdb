"""People in groups: couples with their dependants, and those who join because they are otherwise alone."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from spark_jobs.identity.engine import query

COUPLES = """
select customer_id, if(size > {largest}, customer_id, group_key) as core_key, size > {largest} as is_held
from (select *, count(*) over (partition by group_key) as size from grouped)
"""
# a minor with a spouse or children of their own depends on nobody
HOMES = """
with paired as (select customer_id from couples qualify count(*) over (partition by core_key) > 1)
select bonds.customer_id, couples.core_key, max(is_together) as is_together, min(related_id) as parent_id
from bonds
join couples on bonds.related_id = couples.customer_id
anti join paired on bonds.customer_id = paired.customer_id
anti join (select related_id from bonds where part = 'dependant') as parents on bonds.customer_id = parents.related_id
where part = 'dependant'
group by bonds.customer_id, couples.core_key
"""
CORES = """
with first as (
    select customer_id, core_key from homes
    qualify row_number() over (partition by customer_id order by is_together desc, parent_id) = 1
)
select couples.customer_id, coalesce(first.core_key, couples.core_key) as core_key, is_held,
    first.core_key is not null as is_dependant
from couples
left join first using (customer_id)
"""
LONE = "select customer_id from cores qualify count(*) over (partition by core_key) = 1"
AMONG_LONE = """
select customer_id, related_id from bonds
semi join lone using (customer_id)
semi join (select customer_id as related_id from lone) as others using (related_id)
where part = 'joiner'
"""
# each clump of lone people joins one core: by the strongest bond, then the most bonds, then the smaller key
TARGETS = """
with ends as (
    select customer_id, related_id, place from bonds where part = 'joiner'
    union all
    select related_id, customer_id, place from bonds where part = 'joiner'
)
select clumps.group_key, cores.core_key
from ends
join clumps using (customer_id)
join cores on ends.related_id = cores.customer_id
anti join lone on ends.related_id = lone.customer_id
group by clumps.group_key, cores.core_key
qualify row_number() over (partition by clumps.group_key order by min(place), count(*) desc, cores.core_key) = 1
"""
PLACED = """
with joined as (
    select cores.*, coalesce(targets.core_key, clumps.group_key, cores.core_key) as group_key
    from cores
    left join clumps using (customer_id)
    left join targets on clumps.group_key = targets.group_key
),
sized as (select *, count(*) over (partition by group_key) as size from joined)
select customer_id, if(size > {largest}, core_key, group_key) as group_key, is_dependant,
    is_held or (size > {largest}) as is_held
from sized
"""
SECOND = """
with elsewhere as (
    select customer_id, core_key from homes
    union
    select bonds.customer_id, cores.core_key
    from bonds join cores on bonds.related_id = cores.customer_id
    where also_belongs
)
select distinct elsewhere.customer_id, theirs.group_key
from elsewhere
join placed as theirs on elsewhere.core_key = theirs.customer_id
join placed as own on elsewhere.customer_id = own.customer_id
where own.group_key <> theirs.group_key
"""


def groups(people: pa.Table, bonds: pa.Table, largest: int) -> tuple[pa.Table, pa.Table]:
    """Where each person lives, and where some also belong.

    First: one row per person: customer_id, group_key, is_dependant, is_held (the group would be larger than `largest`
    with its joiners, or is a chain of spouses). Second: customer_id, group_key of groups beside one's own.
    """
    couples = query(
        COUPLES.format(largest=largest), grouped=components(people, bonds.filter(pc.field("part") == "couple"))
    )
    homes = query(HOMES, bonds=bonds, couples=couples)
    cores = query(CORES, couples=couples, homes=homes)
    lone = query(LONE, cores=cores)
    clumps = components(lone, query(AMONG_LONE, bonds=bonds, lone=lone))
    targets = query(TARGETS, bonds=bonds, cores=cores, lone=lone, clumps=clumps)
    placed = query(PLACED.format(largest=largest), cores=cores, clumps=clumps, targets=targets)
    return placed, query(SECOND, bonds=bonds, homes=homes, cores=cores, placed=placed)


def components(people: pa.Table, pairs: pa.Table) -> pa.Table:
    """customer_id and group_key, the smallest customer_id that pairs lead to; sorted."""
    ids = people.column("customer_id").combine_chunks()
    ids = ids.take(pc.sort_indices(ids))
    ends = [
        pc.index_in(pairs.column(name).combine_chunks(), value_set=ids).to_numpy(zero_copy_only=False)
        for name in ("customer_id", "related_id")
    ]
    matrix = coo_matrix((np.ones(len(ends[0]), dtype=np.int8), tuple(ends)), shape=(len(ids), len(ids)))
    labels = connected_components(matrix, directed=False)[1] if len(ids) else np.zeros(0, dtype=np.int64)
    _, smallest = np.unique(labels, return_index=True)
    first = smallest[labels] if len(ids) else labels
    return pa.table({"customer_id": ids, "group_key": ids.take(pa.array(first))})
