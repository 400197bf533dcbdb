"""Beneficial owners: one row per person and organisation, with the paths that lead there and the rule that is met."""

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.facts import Facts
from spark_jobs.identity.households.ownership import Ownership, as_table, holdings
from spark_jobs.identity.households.rules import BeneficialOwners
from spark_jobs.identity.households.tables import CONTROL_CHAINS, OWNERSHIP_PROBLEMS, TABLES

SMALLEST_SHOWN = 0.0001
"""A path of a smaller share counts, but is not shown."""
PATHS = """
with recursive steps as (
    select *, ' -' || printf('%g', round(share_rate * 100, 4)) || '%-> ' || organisation_id as step from held
),
walks as (
    select owner_id as person_id, organisation_id, [owner_id, organisation_id] as passed, share_rate,
        owner_id || step as path
    from steps where is_person
    union all
    select person_id, steps.organisation_id, list_append(passed, steps.organisation_id),
        walks.share_rate * steps.share_rate, path || step
    from walks
    join steps on walks.organisation_id = steps.owner_id
    where not list_contains(passed, steps.organisation_id) and len(passed) <= {longest_path}
        and walks.share_rate * steps.share_rate >= {smallest}
),
shown as (
    select * from walks
    qualify row_number() over (partition by person_id, organisation_id order by share_rate desc, path) <= {shown_paths}
)
select person_id, organisation_id, string_agg(path, '; ' order by share_rate desc, path) as paths
from shown
group by person_id, organisation_id
"""
CHAINS = """
with
ruling as (
    select customer_id as person_id, related_id as organisation_id, relation
    from ties
    semi join people using (customer_id)
    anti join (select customer_id as related_id from people) as persons using (related_id)
),
every as (
    select person_id, organisation_id from effective
    union
    select person_id, organisation_id from ruling where relation in ('trustee', 'beneficial_owner', '{fallback}')
),
valued as (
    select every.*, coalesce(effective_share_rate, 0) as effective_share_rate,
        coalesce(controlled_share_rate, 0) as controlled_share_rate,
        exists (from ruling as r where r.person_id = every.person_id and r.organisation_id = every.organisation_id
            and relation = 'trustee') as is_trustee,
        exists (from ruling as r where r.person_id = every.person_id and r.organisation_id = every.organisation_id
            and relation = 'beneficial_owner') as is_declared,
        exists (from ruling as r where r.person_id = every.person_id and r.organisation_id = every.organisation_id
            and relation = '{fallback}') as is_manager
    from every
    left join effective using (person_id, organisation_id)
    left join controlled using (person_id, organisation_id)
),
judged as (
    select *, controlled_share_rate > {control_above} as is_in_control,
        case when effective_share_rate {above} {ownership_above} then 'ownership'
            when controlled_share_rate > {control_above} then 'control'
            when controlled_share_rate {above} {controlled_holding_above} then 'controlled_holding'
            when is_trustee then 'trustee'
            when is_declared then 'declared' end as basis
    from valued
),
based as (
    select *, coalesce(basis, if(is_manager and count(basis) over (partition by organisation_id) = 0,
        'senior_managing_official', null)) as ubo_basis
    from judged
)
select person_id as person_customer_id, organisation_id as organisation_customer_id, ubo_basis, paths,
    effective_share_rate, controlled_share_rate, is_in_control, ubo_basis is not null as is_ubo
from based
left join paths using (person_id, organisation_id)
where effective_share_rate > 0 or ubo_basis is not null
order by 1, 2
"""
PROBLEMS = """
select organisation_id as organisation_customer_id, 'shares above 100 %' as problem, sum(share_rate) as share_rate
from held group by organisation_id having sum(share_rate) > 1 + 1e-9
union all
select distinct related_id, 'share not told', null::double
from ties anti join people on related_id = people.customer_id
where relation = 'owner' and coalesce(share_rate, 0) <= 0
union all
select organisation_id, 'no person behind', sum(share_rate)
from held anti join effective using (organisation_id)
group by organisation_id
order by 1, 2
"""


def control_chains(facts: Facts, rules: BeneficialOwners) -> dict[str, pa.Table]:
    """identity.control_chains and identity.ownership_problems.

    Shares above 100 % are reported and brought to 100 % before they count; organisations that no person stands behind
    (a loop of its own, owners not told) are reported and have no row.
    """
    held = holdings(facts)
    ownership = Ownership.of(held)
    effective = as_table(ownership.effective(), ownership, "effective_share_rate")
    controlled = as_table(ownership.controlled(rules.control_above), ownership, "controlled_share_rate")
    declared = rules.model_dump() | {"above": ">=" if rules.is_inclusive else ">", "smallest": SMALLEST_SHOWN}
    known = {"ties": facts.ties, "people": facts.people, "effective": effective}
    paths = query(PATHS.format(**declared), held=held)
    chains = query(CHAINS.format(**declared), controlled=controlled, paths=paths, **known)
    return {
        CONTROL_CHAINS: chains.cast(TABLES[CONTROL_CHAINS]),
        OWNERSHIP_PROBLEMS: query(PROBLEMS, held=held, **known).cast(TABLES[OWNERSHIP_PROBLEMS]),
    }
