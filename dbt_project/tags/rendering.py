"""The dbt model of all tags, its documentation, and a test of examples a domain."""

from collections.abc import Iterator
from typing import Any

import yaml

from dbt_project.tags.inputs import EXAMPLE_DATE, Input, Percentile
from dbt_project.tags.loading import input_types
from dbt_project.tags.models import TYPES, Family
from dbt_project.tags.statement import Plan
from spark_jobs.tags.kernel import FUNCTION
from spark_jobs.tags.layout import Slot

WORDS = "customer_tag_words"
SPARK_TYPES = {"double": "double", "varchar": "string", "boolean": "boolean", "date": "date"}
STORED = {
    "true": "Words of 63 bits: which boolean tags of domain {} are true",
    "known": "Words of 63 bits: which boolean tags of domain {} are known",
    "numbers": "Numbers and scores of domain {}, one a tag",
    "texts": "Categories of domain {}, one a tag",
    "dates": "Dates of domain {}, one a tag",
}


def tag_models(plan: Plan) -> dict[str, str]:
    """Name -> text of the generated files below models/generated/tags."""
    return {f"{WORDS}.sql": words_model(plan), f"{WORDS}.yml": _documentation(plan)}


def words_model(plan: Plan) -> str:
    """SQL of the model: inputs side by side, ranks beside them, one call for all tags."""
    inputs = [f"        {_as_input(one)} as {one.name}" for one in plan.inputs.values()]
    inputs += [f"        ranks.{name}" for name in plan.percentiles]
    columns = [f"    {_stored(name, kind)}" for name, kind in plan.columns.items()]
    comma = ",\n"
    return f"""-- One row per customer: the value of every tag, packed. Made by dbt_project/compile.py.
with

customers as (select * from {{{{ ref('customer_360') }}}}),

households as (select * from {{{{ ref('household_360') }}}}),

{_ranks(list(plan.percentiles.values()))}

inputs as (
    select /*+ broadcast(households, ranks) */
        customers.customer_id,
{comma.join(inputs)}
    from customers
    left join households on households.household_id = customers.household_id
    left join ranks on ranks.customer_id = customers.customer_id
),

evaluated as (
    select customer_id, {FUNCTION}(struct({", ".join([*plan.inputs, *plan.percentiles])})) as words from inputs
)

select
    customer_id,
{comma.join(columns)},
    {{{{ business_date() }}}} as as_of_date
from evaluated
"""


def _ranks(percentiles: list[Percentile]) -> str:
    """CTEs that rank customers by all measures in one sort, and put a customer's ranks side by side again."""
    if not percentiles:
        return "ranks as (select customer_id from customers),"
    measures = [f"'{one.name}', {one.group or chr(39) * 2}, cast({one.measure} as double)" for one in percentiles]
    columns = [
        f"        max(case when measure = '{one.name}' then percentile end) as {one.name}" for one in percentiles
    ]
    comma = ",\n"
    return f"""measures as (
    select customer_id, stack(
        {len(measures)},
{comma.join(f"        {one}" for one in measures)}
    ) as (measure, group_code, value)
    from customers
),

ranked as (
    select
        customer_id,
        measure,
        percent_rank() over (partition by measure, group_code order by value) as percentile
    from measures
    where value is not null and group_code is not null
),

ranks as (
    select
        customer_id,
{comma.join(columns)}
    from ranked
    group by customer_id
),"""


def _stored(name: str, kind: str) -> str:
    """Texts of a function say their collation, which readers without Spark do not know: the cast takes it off."""
    return f"cast(words.{name} as {kind}) as {name}" if "string" in kind else f"words.{name}"


def _as_input(one: Input) -> str:
    table = {"customer_360": "customers", "household_360": "households"}[one.table]
    column = f"{table}.{one.column}"
    return column if one.kind in ("string", "boolean") else f"cast({column} as {one.kind})"


def _documentation(plan: Plan) -> str:
    columns = [{"name": "customer_id", "data_type": "string", "description": "Customer, as identity issued the id"}]
    for name, kind in plan.columns.items():
        domain, _, store = name.rpartition("_")
        columns.append({"name": name, "data_type": kind, "description": STORED[store].format(domain)})
    columns.append({"name": "as_of_date", "data_type": "date", "description": "Business date of every tag in this row"})
    text = "One row per customer: every tag's value, packed; serving.customer_tags unpacks it."
    key = {"primary_key": {"arguments": {"columns": ["customer_id"]}}}
    model = {"name": WORDS, "description": text, "data_tests": [key], "columns": columns}
    return yaml.safe_dump({"version": 2, "models": [model]}, sort_keys=False, width=120)


def example_tests(plan: Plan) -> dict[str, str]:
    """Name -> SQL of one singular test a domain: rows whose tags are not what an example says. It reads no table."""
    domains = sorted({tag.domain for tag in plan.catalog.evaluated})
    slots = {slot.tag_id: slot for slot in plan.slots}
    return {f"tag_examples_{domain}.sql": _example_test(plan, domain, slots) for domain in domains}


def _example_test(plan: Plan, domain: str, slots: dict[str, Slot]) -> str:
    families = [one for one in plan.catalog.families.values() if one.domain == domain]
    rows = ",\n    ".join(row for family in families for row in _given(plan, family))
    expected = [row for family in families for row in _expected(family, slots)]
    named = sorted({tag_id for _, tag_id, _ in expected})
    actual = ",\n        ".join(f"struct('{one}' as tag, {_as_text(slots[one])} as actual)" for one in named)
    struct = ", ".join([*plan.inputs, *plan.percentiles])
    return f"""-- Rows: what an example of domain {domain} says and is not so. Made by dbt_project/compile.py.
{{{{ config(tags=['examples']) }}}}
with

given as (
    select * from values
    {rows}
    as example (example, {struct})
),

expected as (
    select * from values
    {f",{chr(10)}    ".join(f"('{example}', '{tag}', {value})" for example, tag, value in expected)}
    as example (example, tag, expected)
),

evaluated as (select example, {FUNCTION}(struct({struct})) as words from given),

unpacked as (
    select example, inline(array(
        {actual}
    )) as (tag, actual) from evaluated
)

select expected.*, unpacked.actual
from expected
left join unpacked on unpacked.example = expected.example and unpacked.tag = expected.tag
where not (expected.expected <=> unpacked.actual)
    and not coalesce(abs(try_cast(expected.expected as double) - try_cast(unpacked.actual as double)) < 1e-6, false)
"""


def _given(plan: Plan, family: Family) -> Iterator[str]:
    types = input_types(plan.catalog.percentiles)
    for number, example in enumerate(family.examples, 1):
        known = {"as_of_date": EXAMPLE_DATE, **example.given}
        values = [_literal(known.get(name), SPARK_TYPES[types[name]]) for name in [*plan.inputs, *plan.percentiles]]
        yield f"('{family.name} {number}', {', '.join(values)})"


def _expected(family: Family, slots: dict[str, Slot]) -> Iterator[tuple[str, str, str]]:
    """(example, tag, value as Spark SQL text) of every value that the family's examples speak of."""
    for number, example in enumerate(family.examples, 1):
        for tag_id, value in example.expect.items():
            if tag_id in slots:
                yield f"{family.name} {number}", tag_id, f"cast({_literal(value, TYPES[family.value_type])} as string)"


def _as_text(slot: Slot) -> str:
    return f"cast({unpacked(slot, 'words.')} as string)"


def unpacked(slot: Slot, prefix: str = "") -> str:
    """Spark SQL for one tag's value out of the words' columns."""
    value = f"{prefix}{slot.column}[{slot.position}]"
    if slot.bit is None:
        return value
    known = f"{prefix}{slot.known_column}[{slot.position}]"
    return f"case when getbit({known}, {slot.bit}) = 1 then getbit({value}, {slot.bit}) = 1 end"


def _literal(value: Any, kind: str) -> str:
    if value is None:
        return f"cast(null as {kind})"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"cast('{text}' as {kind})"
