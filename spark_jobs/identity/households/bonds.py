"""Which people the declared bonds tie together."""

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.facts import Facts
from spark_jobs.identity.households.rules import Bond, Rules

# a group is told as a star around its smallest member: as connected as all pairs, and not quadratic
SOURCES = {
    "address": """
        select customer_id, min(customer_id) over (partition by token) as related_id from addresses""",
    "family_name": """
        select customer_id, min(customer_id) over (partition by addresses.token, names.token) as related_id
        from addresses join names using (customer_id)""",
    "account": """
        select customer_id, min(customer_id) over (partition by account_id) as related_id
        from holders where list_contains({owning_roles}, role_code)""",
}
AGES = {None: "true", "minor": "one.is_minor", "adult": "not one.is_minor"}
BOND = """
select distinct pairs.customer_id, pairs.related_id, {place} as place, '{name}' as bond, '{part}' as part,
    {also_belongs} as also_belongs, together.customer_id is not null as is_together
from ({source}) as pairs
join people as one on pairs.customer_id = one.customer_id
join people as two on pairs.related_id = two.customer_id
left join together on pairs.customer_id = together.customer_id and pairs.related_id = together.related_id
where pairs.customer_id <> pairs.related_id and {age} and ({is_anywhere} or together.customer_id is not null)
"""
# pairs that share an address, of those that anything ties
TOGETHER = """
with pairs as ({sources})
select distinct customer_id, related_id
from pairs
join addresses as mine using (customer_id)
join addresses as theirs on pairs.related_id = theirs.customer_id and mine.token = theirs.token
where customer_id <> related_id
"""


def bonds(facts: Facts, rules: Rules) -> pa.Table:
    """One row per pair of people and bond: customer_id, related_id, place, bond, part, also_belongs, is_together.

    `place` is that of the bond in the rules, 0 the strongest; `is_together` says whether they share an address. Of a
    child bond customer_id is the child.
    """
    sources = [_source(one, rules) for one in rules.bonds]
    known = {
        "people": facts.people,
        "kin": facts.kin,
        "names": facts.names,
        "addresses": facts.addresses,
        "holders": facts.holders,
    }
    together = query(TOGETHER.format(sources=" union all ".join(sources)), **known)
    found = [_bond(one, place, source) for place, (one, source) in enumerate(zip(rules.bonds, sources, strict=True))]
    return query(" union all ".join(found), together=together, **known)


def _source(bond: Bond, rules: Rules) -> str:
    if bond.relation:
        return f"select customer_id, related_id from kin where relation = '{bond.relation}'"
    return SOURCES[bond.same or ""].format(owning_roles=list(rules.owning_roles))


def _bond(bond: Bond, place: int, source: str) -> str:
    return BOND.format(
        place=place,
        name=bond.name,
        part=bond.part,
        also_belongs=bond.also_belongs,
        source=source,
        age=AGES[bond.age],
        is_anywhere=not bond.needs_shared_address,
    )
