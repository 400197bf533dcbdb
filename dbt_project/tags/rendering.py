"""The dbt models of all tags, their documentation, and a test of examples a domain."""

from collections.abc import Iterator
from typing import Any

import yaml

from dbt_project.tags.inputs import EXAMPLE_DATE
from dbt_project.tags.loading import input_types
from dbt_project.tags.models import TYPES, Family
from dbt_project.tags.statement import Plan
from dbt_project.tags.words_model import AFFECTED, WORDS, affected_model, words_model
from spark_jobs.tags.kernel import FUNCTION
from spark_jobs.tags.layout import Slot

SPARK_TYPES = {"double": "double", "varchar": "string", "boolean": "boolean", "date": "date"}
STORED = {
    "true": "Words of 63 bits: which boolean tags of domain {} are true",
    "known": "Words of 63 bits: which boolean tags of domain {} are known",
    "numbers": "Numbers and scores of domain {}, one a tag",
    "texts": "Categories of domain {}, one a tag",
    "dates": "Dates of domain {}, one a tag",
}
KEY = {"name": "customer_id", "data_type": "string", "description": "Customer, as identity issued the id"}
FINGERPRINTS = [
    {"name": "inputs_fingerprint", "data_type": "bigint",
     "description": "Hash of all that the customer's tags read, days and ranks left out"},
    {"name": "window_free_fingerprint", "data_type": "bigint",
     "description": "The same without sums and counts over days before the business date"},
]  # fmt: skip
IS_AFFECTED = [
    {"name": "is_affected", "data_type": "boolean",
     "description": "Whether a value that tags read is new, or a row came into or left one of the windows"},
    {"name": "is_affected_window_free", "data_type": "boolean",
     "description": "Whether a value is new that is no sum or count over days before the business date"},
]  # fmt: skip


def tag_models(plan: Plan) -> dict[str, str]:
    """Name -> text of the generated files below models/generated_tags."""
    return {
        f"{AFFECTED}.sql": affected_model(plan), f"{WORDS}.sql": words_model(plan),
        f"{WORDS}.yml": _documentation(plan),
    }  # fmt: skip


def _documentation(plan: Plan) -> str:
    columns = [KEY]
    for name, kind in plan.columns.items():
        domain, _, store = name.rpartition("_")
        columns.append({"name": name, "data_type": kind, "description": STORED[store].format(domain)})
    columns += FINGERPRINTS
    columns.append({"name": "rules_fingerprint", "data_type": "string", "description": "Rules that made this row"})
    columns.append({"name": "as_of_date", "data_type": "date", "description": "Business date of every tag in this row"})
    words = {
        "name": WORDS, "data_tests": [{"primary_key": {"arguments": {"columns": ["customer_id"]}}}], "columns": columns,
        "description": "One row per customer: every tag's value, packed; serving.customer_tags unpacks it.",
    }  # fmt: skip
    affected = {
        "name": AFFECTED, "columns": [KEY, *FINGERPRINTS, *IS_AFFECTED],
        "description": "One row per customer: whether what the tags read is other than when their words were made.",
    }  # fmt: skip
    return yaml.safe_dump({"version": 2, "models": [affected, words]}, sort_keys=False, width=120)


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
