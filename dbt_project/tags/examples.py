"""Examples of families, evaluated: `python -m dbt_project.tags.examples [domain ...]` prints those that fail."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

from dbt_project.tags.inputs import EXAMPLE_DATE
from dbt_project.tags.loading import TagCatalog, empty_table, input_types, load_tags
from dbt_project.tags.models import Example, Family
from dbt_project.tags.statement import values_statement
from spark_jobs.catalog.problems import Problem, did_you_mean

TOLERANCE = 1e-6


def failing_examples(catalog: TagCatalog, domains: Iterable[str] = ()) -> list[Problem]:
    """Every example whose tags have other values than it says, or that names what there is not."""
    wanted = set(domains)
    with duckdb.connect() as connection:
        connection.execute(empty_table("batch", input_types(catalog.percentiles)))
        chosen = [one for one in catalog.families.values() if not wanted or one.domain in wanted]
        return [problem for family in chosen for problem in _failing(connection, catalog, family)]


def _failing(connection: duckdb.DuckDBPyConnection, catalog: TagCatalog, family: Family) -> Iterator[Problem]:
    known = input_types(catalog.percentiles)
    for number, example in enumerate(family.examples, 1):
        for name in example.given:
            if name not in known:
                yield _problem(family, number, f"{name} is no input", did_you_mean(name, known))
        missing = [name for name in example.expect if name not in catalog.tags]
        for name in missing:
            yield _problem(family, number, f"there is no tag {name}", did_you_mean(name, catalog.tags))
        if not missing and example.expect and set(example.given) <= set(known):
            yield from _differing(connection, catalog, family, number, example)


def _differing(
    connection: duckdb.DuckDBPyConnection, catalog: TagCatalog, family: Family, number: int, example: Example
) -> Iterator[Problem]:
    given = {"as_of_date": EXAMPLE_DATE, **example.given}
    connection.execute("delete from batch")
    marks = ", ".join("?" for _ in given)
    connection.execute(f"insert into batch ({', '.join(given)}) values ({marks})", list(given.values()))
    found = connection.execute(values_statement(catalog, list(example.expect))).fetchone() or ()
    for (name, expected), actual in zip(example.expect.items(), found, strict=True):
        if not is_same(expected, actual):
            yield _problem(family, number, f"{name} is {actual}, not {expected}", "correct the example or the rule")


def is_same(expected: Any, actual: Any) -> bool:
    """Whether a value is the one that an example says: numbers to a millionth, dates by their text."""
    if expected is None or actual is None or isinstance(expected, bool):
        return expected is actual
    if isinstance(expected, int | float):
        return abs(float(actual) - expected) <= TOLERANCE * max(1.0, abs(expected))
    return str(actual) == str(expected)


def _problem(family: Family, number: int, message: str, way_out: str) -> Problem:
    return Problem(family.file, 1, 1, "example", f"example {number}: {message}", way_out)


if __name__ == "__main__":
    failing = failing_examples(load_tags(), sys.argv[1:])
    print("\n".join(map(str, failing)) or "every example holds")
    sys.exit(bool(failing))
