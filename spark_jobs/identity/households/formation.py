"""Households and their members of a business date."""

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.bonds import bonds
from spark_jobs.identity.households.facts import Facts
from spark_jobs.identity.households.grouping import groups
from spark_jobs.identity.households.numbering import Previous, numbered
from spark_jobs.identity.households.rules import Rules
from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS, HOUSEHOLDS, TABLES

HEADS = """
select group_key, customer_id as head_customer_id
from placed
join people using (customer_id)
qualify row_number() over (partition by group_key order by is_dependant, birth_date nulls last, customer_id) = 1
"""
MEMBERS = """
with every as (
    select customer_id, group_key, true as is_primary_household from placed
    union all
    select customer_id, group_key, false from second
),
placed_members as (select * from every join numbers using (group_key)),
to_head as (
    select household_id, customer_id, min_by(relation, list_position({relations}, relation)) as relation
    from placed_members
    join kin using (customer_id)
    where related_id = head_customer_id
    group by all
),
step_children as (
    select distinct household_id, kin.customer_id
    from to_head as partners
    join kin on partners.customer_id = kin.related_id
    where partners.relation = 'spouse' and kin.relation = 'child'
)
select household_id, customer_id,
    case when customer_id = head_customer_id then 'head'
        else coalesce(to_head.relation, if(step_children.customer_id is null, 'other', 'child')) end as role,
    is_primary_household
from placed_members
left join to_head using (household_id, customer_id)
left join step_children using (household_id, customer_id)
order by household_id, customer_id
"""
HOUSEHOLD = """
with counted as (
    select group_key, count(*) as members_count, bool_or(is_held) as is_held from placed group by group_key
),
ties as (
    select distinct one.group_key, bond, place
    from bonds
    join placed as one using (customer_id)
    join placed as two on bonds.related_id = two.customer_id and one.group_key = two.group_key
),
formed as (select group_key, list(bond order by place) as formed_by from ties group by group_key)
select household_id, head_customer_id,
    case when members_count = 1 then 'single'
        when list_has_any(formed_by, {family_bonds}) then 'family' else 'shared_address' end as kind,
    coalesce(formed_by, []) as formed_by, members_count, is_held, founded_date
from numbers
join counted using (group_key)
left join formed using (group_key)
order by household_id
"""
RELATIONS = ["spouse", "child", "parent", "sibling"]
"""Roles to the head, the one that counts first."""


def households(facts: Facts, rules: Rules, previous: Previous) -> dict[str, pa.Table]:
    """identity.households and identity.household_members, whatever the order of rows that they come from."""
    tied = bonds(facts, rules)
    placed, second = groups(facts.people, tied, rules.largest_household)
    heads = query(HEADS, placed=placed, people=facts.people)
    numbers = numbered(heads, placed, previous, facts.business_date)
    members = query(MEMBERS.format(relations=RELATIONS), placed=placed, second=second, numbers=numbers, kin=facts.kin)
    family_bonds = [one.name for one in rules.bonds if one.relation]
    formed = query(HOUSEHOLD.format(family_bonds=family_bonds), placed=placed, bonds=tied, numbers=numbers)
    return {
        HOUSEHOLDS: formed.cast(TABLES[HOUSEHOLDS]),
        HOUSEHOLD_MEMBERS: members.cast(TABLES[HOUSEHOLD_MEMBERS]),
    }
