"""Related parties: what is told of two customers, and what follows from it."""

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.facts import Facts
from spark_jobs.identity.households.rules import Rules
from spark_jobs.identity.households.tables import RELATED_PARTIES, TABLES

RELATED = """
with
told as (select customer_id, related_id, relation, share_rate, started_date from ties),
owners as (select * from holders where list_contains({owning_roles}, role_code)),
signers as (select * from holders where list_contains({signing_roles}, role_code)),
derived as (
    select kin.customer_id, kin.related_id, kin.relation, 'inverse' as derived_from, null::double as share_rate,
        told.started_date
    from kin
    join told on kin.customer_id = told.related_id and kin.related_id = told.customer_id
        and kin.relation = {inverse}
    union all
    select one.customer_id, two.customer_id, 'joint_owner', 'account_parties', null,
        min(greatest(one.started_date, two.started_date))
    from owners as one
    join owners as two on one.account_id = two.account_id and one.customer_id <> two.customer_id
    group by all
    union all
    select signers.customer_id, owners.customer_id, 'signatory', 'account_parties', null, min(signers.started_date)
    from signers
    join owners on signers.account_id = owners.account_id and signers.customer_id <> owners.customer_id
    group by all
    union all
    select person_customer_id, organisation_customer_id, 'controls', 'control_chains', controlled_share_rate, null
    from chains where is_in_control
    union all
    select person_customer_id, organisation_customer_id, 'beneficial_owner', 'control_chains', effective_share_rate,
        null
    from chains where is_ubo
)
select customer_id, related_id as related_customer_id, relation, null::varchar as derived_from, share_rate,
    false as is_derived, started_date
from told
union all
select customer_id, related_id, relation, derived_from, share_rate, true, started_date
from derived
anti join told using (customer_id, related_id, relation)
order by 1, 2, 3
"""


INVERSE = "case told.relation when 'child' then 'parent' when 'parent' then 'child' else told.relation end"


def related_parties(facts: Facts, chains: pa.Table, rules: Rules) -> pa.Table:
    """identity.related_parties; what is told is not derived once more.

    Derived are the other direction of a family tie, joint owners and signatories of an account, and what
    `identity.control_chains` says: `controls` and `beneficial_owner`.
    """
    roles = {"owning_roles": list(rules.owning_roles), "signing_roles": list(rules.signing_roles)}
    known = {"ties": facts.ties, "kin": facts.kin, "holders": facts.holders, "chains": chains}
    return query(RELATED.format(inverse=INVERSE, **roles), **known).cast(TABLES[RELATED_PARTIES])
