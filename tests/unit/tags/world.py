"""A few tags evaluated by the kernel as Spark would call it, without Spark."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from dbt_project.tags.inputs import EXAMPLE_DATE
from dbt_project.tags.loading import load_tags
from dbt_project.tags.statement import Plan
from spark_jobs.tags.kernel import batches_kernel

INPUT_TYPES = {"double": pa.float64(), "string": pa.string(), "boolean": pa.bool_(), "date": pa.date32()}
FAMILY = """
description: A family of a test.
owner: tests
steward: tests
value_type: {value_type}
over: {over}
expression: "{expression}"
name: "{name}"
sentence: "{name}"
examples:
  - given: {{}}
    expect: {{}}
"""


def write_family(root: Path, path: str, expression: str, value_type: str = "boolean", over: str = "{}", name: str = ""):
    """Write a family file below `root`; `path` is `<domain>/<family>`."""
    file = root / f"{path}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = FAMILY.format(value_type=value_type, over=over, expression=expression, name=name or file.stem)
    file.write_text(text, encoding="utf-8")
    return file


def plan_of(root: Path) -> Plan:
    """How the families below the root are evaluated."""
    return Plan(load_tags(root))


def words_of(plan: Plan, customers: list[Mapping[str, Any]], batch_rows: int = 2) -> pa.Table:
    """The packed words of customers given by their inputs, in batches as Spark hands them over."""
    batch = _inputs(plan, customers, [*plan.inputs, *plan.percentiles])
    return _packed(batches_kernel(plan.statement, plan.slots), batch, customers, batch_rows)


def next_words_of(plan: Plan, words: pa.Table, customers: list[Mapping[str, Any]], batch_rows: int = 2) -> pa.Table:
    """The words with the daily tags made anew, as Spark does for customers of whom there is no news."""
    inputs = _inputs(plan, customers, plan.daily_inputs)
    columns = [*inputs.flatten(), *(words[name].combine_chunks() for name in plan.columns)]
    batch = pa.StructArray.from_arrays(columns, [*plan.daily_inputs, *plan.columns])
    kernel = batches_kernel(plan.daily_statement, plan.slots, plan.daily_tags)
    return _packed(kernel, batch, customers, batch_rows)


def _inputs(plan: Plan, customers: list[Mapping[str, Any]], names: Iterable[str]) -> pa.StructArray:
    kinds = {name: INPUT_TYPES[one.kind] for name, one in plan.inputs.items()} | dict.fromkeys(
        plan.percentiles, pa.float64()
    )
    rows = [{name: ({"as_of_date": EXAMPLE_DATE} | one).get(name) for name in names} for one in customers]
    columns = [pa.array([row[name] for row in rows]).cast(kinds[name]) for name in names]
    return pa.StructArray.from_arrays(columns, list(names))


def _packed(kernel: Callable, batch: pa.StructArray, customers: list[Mapping[str, Any]], batch_rows: int) -> pa.Table:
    batches = [batch[at : at + batch_rows] for at in range(0, len(batch), batch_rows)]
    packed = pa.Table.from_batches([pa.RecordBatch.from_struct_array(one) for one in kernel(iter(batches))])
    return packed.add_column(0, "customer_id", pa.array([one["customer_id"] for one in customers]))
