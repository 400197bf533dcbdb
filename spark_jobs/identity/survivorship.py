"""Golden values: for each attribute of a customer which record's value won, which lost, and why."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from spark_jobs.catalog.documents import read_document
from spark_jobs.identity.engine import query

DECLARED = Path(__file__).with_name("survivorship.yml")
CRITERIA = ("verification", "priority", "recency", "completeness")
KINDS = ("single", "set")

VALUES = pa.schema(
    [
        ("record_key", pa.string()),
        ("source_system", pa.string()),
        ("attribute", pa.string()),
        ("value", pa.string()),
        ("observed_date", pa.date32()),
        ("is_verified", pa.bool_()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
    ]
)
"""Attribute values of records, one row each; value is a token or nothing sensitive, valid_to is exclusive."""

# most attributes of most customers have one value, which nothing is held against: only the others are ranked
GOLDEN = """
with said as materialized (
    select members.customer_id, values.*, rules.kind, rules.criteria, rules.sources
    from values
    join members using (record_key)
    join rules using (attribute)
),
several as materialized (
    select customer_id, attribute from said group by customer_id, attribute having count(*) > 1
),
filled as (select record_key, count(distinct attribute) as attributes from values group by record_key),
placed as (
    select said.* exclude (sources),
        list_transform(criteria, lambda one: case one
            when 'verification' then if(coalesce(is_verified, false), 0, 1)
            when 'priority' then coalesce(list_position(sources, source_system), 1000000)
            when 'recency' then -coalesce(date_diff('day', date '1900-01-01', observed_date), -1000000)
            when 'completeness' then -filled.attributes
        end) as place
    from said
    semi join several using (customer_id, attribute)
    join filled using (record_key)
),
ranked as (
    select *,
        row_number() over ordered as rank,
        first_value(value) over ordered as best_value,
        first_value(place) over ordered as best_place,
        row_number() over (
            partition by customer_id, attribute, value order by place, record_key, valid_from
        ) = 1 as is_first_of_value,
        min(valid_from) over same_value as seen_from,
        if(bool_or(valid_to is null) over same_value, null, max(valid_to) over same_value) as seen_to
    from placed
    window ordered as (
        partition by customer_id, attribute order by place, record_key, value, valid_from
        rows between unbounded preceding and unbounded following
    ),
    same_value as (partition by customer_id, attribute, value)
),
rivals as (
    select customer_id, attribute, min(rank) as rank
    from ranked
    where value <> best_value
    group by customer_id, attribute
),
against as (
    select ranked.*, coalesce(rival.place, ranked.place) as rival_place, rival.rank is null as is_alone
    from ranked
    left join rivals using (customer_id, attribute)
    left join ranked as rival
        on rivals.customer_id = rival.customer_id
        and rivals.attribute = rival.attribute
        and rivals.rank = rival.rank
)
select customer_id, attribute, value, source_system, record_key,
    case
        when kind = 'set' then if(is_first_of_value, 'kept in set', 'agrees')
        when rank > 1 and value = best_value then 'agrees'
        when is_alone then 'only value'
        else if(rank = 1, 'won by ', 'lost by ') || coalesce(
            criteria[list_position(
                list_transform(
                    list_zip(place, if(rank = 1, rival_place, best_place)), lambda pair: pair[1] <> pair[2]
                ), true
            )],
            'record key'
        )
    end as rule,
    rank,
    if(kind = 'set', is_first_of_value, rank = 1) as is_golden,
    observed_date,
    if(kind = 'set' and is_first_of_value, seen_from, valid_from) as valid_from,
    if(kind = 'set' and is_first_of_value, seen_to, valid_to) as valid_to
from against
union all
select customer_id, attribute, value, source_system, record_key,
    if(kind = 'set', 'kept in set', 'only value'), 1, true, observed_date, valid_from, valid_to
from said
anti join several using (customer_id, attribute)
order by customer_id, attribute, rank
"""


class SurvivorshipError(ValueError):
    """The declaration is wrong, or a value's attribute is not declared; the message lists everything found."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides on an attribute: single value or set, criteria and sources in order."""

    attribute: str
    kind: str
    criteria: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of all golden attributes."""

    rules: tuple[Rule, ...]

    def digest(self) -> str:
        """16 hex digits, the same for the same rules."""
        text = json.dumps([asdict(one) for one in self.rules], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def table(self) -> pa.Table:
        """One row per attribute."""
        schema = pa.schema(
            [
                ("attribute", pa.string()),
                ("kind", pa.string()),
                ("criteria", pa.list_(pa.string())),
                ("sources", pa.list_(pa.string())),
            ]
        )
        return pa.Table.from_pylist([asdict(one) for one in self.rules], schema=schema)


def load_rules(file: Path = DECLARED) -> Rules:
    """The declared rules. Raises SurvivorshipError with every mistake in the file."""
    declared: dict[str, Any] = read_document(file).data
    defaults = declared["defaults"]
    rules = [
        Rule(
            name,
            own.get("kind", "single"),
            tuple(own.get("order", defaults["order"])),
            tuple(own.get("sources", defaults["sources"])),
        )
        for name, own in sorted(declared["attributes"].items())
    ]
    mistakes = [
        f"{file.name}: {one.attribute}: {word!r} is none of {', '.join(known)}"
        for one in rules
        for words, known in (((one.kind,), KINDS), (one.criteria, CRITERIA))
        for word in words
        if word not in known
    ]
    if mistakes:
        raise SurvivorshipError("\n".join(mistakes))
    return Rules(tuple(rules))


def golden_values(values: pa.Table, members: pa.Table, rules: Rules) -> pa.Table:
    """One row per customer, attribute and value of a record, winners (is_golden) and losers, with what decided.

    `values` has the columns of VALUES, `members` maps record_key to customer_id. NULL values are left out. Of sets each
    value is golden once, from when it was first to when it was last valid. Raises SurvivorshipError.
    """
    table = rules.table()
    unknown = query(
        "select distinct attribute from values anti join rules using (attribute) order by 1", values=values, rules=table
    )
    if unknown.num_rows:
        names = ", ".join(unknown.column("attribute").to_pylist())
        raise SurvivorshipError(f"{DECLARED.name} does not say which value wins of: {names}")
    known = query("select * from values where value is not null", values=values)
    return query(GOLDEN, values=known, members=members, rules=table)
