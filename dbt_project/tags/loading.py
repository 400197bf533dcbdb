"""All tag families, checked together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from dbt_project.tags.functions import FILE as FUNCTIONS
from dbt_project.tags.inputs import DUCKDB_TYPES, SOURCES, Percentile, known_inputs
from dbt_project.tags.models import Family, Reading, Tag
from dbt_project.tags.reading import read_family
from dbt_project.tags.resolving import Resolver, UnfitExpressionError
from spark_jobs.catalog.problems import DefinitionErrors, Problem, did_you_mean

DEFINITIONS = Path(__file__).resolve().parents[1] / "definitions" / "tags"
EVALUATED = ("active", "deprecated")
_CACHE: dict[Path, tuple[Any, Any]] = {}
KINDS = {
    "boolean": ("BOOLEAN",),
    "category": ("VARCHAR",),
    "date": ("DATE",),
    "number": ("DOUBLE", "BIGINT", "INTEGER", "DECIMAL", "HUGEINT"),
    "score": ("DOUBLE", "BIGINT", "INTEGER", "DECIMAL", "HUGEINT"),
}
"""DuckDB types that a value type accepts."""


@dataclass(frozen=True)
class TagCatalog:
    """Families and tags by name; `trees` and `sql` (DuckDB's) are expressions over inputs and percentiles."""

    families: Mapping[str, Family]
    tags: Mapping[str, Tag]
    trees: Mapping[str, exp.Expr]
    percentiles: Mapping[str, Percentile]
    sql: Mapping[str, str]

    @cached_property
    def evaluated(self) -> tuple[Tag, ...]:
        """Tags that are computed, in order of domain and id: drafts are not."""
        chosen = [tag for tag in self.tags.values() if tag.family.lifecycle in EVALUATED]
        return tuple(sorted(chosen, key=lambda tag: (tag.domain, tag.tag_id)))

    def inputs_of(self, tag_id: str) -> tuple[str, ...]:
        """Inputs that the tag is made of, those behind percentiles too, sorted."""
        names: set[str] = set()
        for column in self.trees[tag_id].find_all(exp.Column):
            percentile = self.percentiles.get(column.name)
            if percentile:
                names |= {percentile.measure, *([percentile.group] if percentile.group else [])}
            else:
                names.add(column.name)
        return tuple(sorted(names))


def load_tags(root: Path = DEFINITIONS) -> TagCatalog:
    """Every family below `root` and its tags; read again only when a file changed.

    Raises DefinitionErrors with every problem of every file.
    """
    files = [*sorted(root.glob("*/*.yml")), FUNCTIONS, *SOURCES.values()]
    fingerprint = tuple((str(file), (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files)
    if _CACHE.get(root, (None, None))[0] != fingerprint:
        _CACHE[root] = (fingerprint, _load(root))
    return _CACHE[root][1]


def _load(root: Path) -> TagCatalog:
    readings = [read_family(file) for file in sorted(root.glob("*/*.yml"))]
    problems = [problem for one in readings for problem in one.problems]
    families: dict[str, Family] = {}
    tags: dict[str, Tag] = {}
    for one in readings:
        if one.family and one.family.name in families:
            other = families[one.family.name].file
            problems.append(_problem(one, "duplicate", f"there is also {other}", "rename one of the two"))
        families |= {one.family.name: one.family} if one.family else {}
        problems += _twice(one, tags)
        tags |= {tag.tag_id: tag for tag in one.tags}
        if one.family and one.family.successor and one.family.successor not in families:
            way_out = did_you_mean(one.family.successor, families)
            problems.append(_problem(one, "unknown_successor", f"there is no family {one.family.successor}", way_out))
    resolver = Resolver(known_inputs(), tags)
    trees: dict[str, exp.Expr] = {}
    for one in readings:
        problems += _resolve(one, resolver, trees)
    sql = {tag_id: tree.sql(dialect="duckdb") for tag_id, tree in trees.items()}
    problems += _mistyped(readings, sql, resolver.percentiles)
    if problems:
        raise DefinitionErrors(problems)
    return TagCatalog(families, tags, trees, resolver.percentiles, sql)


def _twice(reading: Reading, known: Mapping[str, Tag]) -> Iterator[Problem]:
    for tag in reading.tags:
        if tag.tag_id in known:
            other = known[tag.tag_id].family.file
            yield _problem(reading, "duplicate", f"tag {tag.tag_id} is also made by {other}", "rename one family")
        elif tag.tag_id in known_inputs():
            yield _problem(reading, "duplicate", f"tag {tag.tag_id} is named like an input", "rename the family")


def _resolve(reading: Reading, resolver: Resolver, trees: dict[str, exp.Expr]) -> Iterator[Problem]:
    for tag in reading.tags:
        try:
            trees[tag.tag_id] = resolver.resolved(tag)
        except UnfitExpressionError as error:
            yield _problem(reading, error.finding.rule, f"{tag.tag_id}: {error.finding.message}", error.finding.way_out)


def _mistyped(
    readings: Sequence[Reading], sql: Mapping[str, str], percentiles: Mapping[str, Percentile]
) -> Iterator[Problem]:
    """Expressions that DuckDB cannot bind, or whose type is not the family's."""
    with duckdb.connect() as connection:
        connection.execute(empty_table("inputs", input_types(percentiles)))
        for reading in readings:
            tags = [tag for tag in reading.tags if tag.tag_id in sql]
            if tags and not _fit(connection, tags, sql):
                for tag in tags:
                    yield from _type_problems(connection, reading, tag, sql[tag.tag_id])


def _fit(connection: duckdb.DuckDBPyConnection, tags: Sequence[Tag], sql: Mapping[str, str]) -> bool:
    """Whether all tags of a family bind and have its type, asked at once."""
    listed = ", ".join(f"{sql[tag.tag_id]} as {tag.tag_id}" for tag in tags)
    try:
        found = connection.execute(f"select {listed} from inputs").description
    except duckdb.Error:
        return False
    return all(str(one[1]).upper().startswith(KINDS[tags[0].value_type]) for one in found)


def input_types(percentiles: Mapping[str, Percentile]) -> dict[str, str]:
    """DuckDB type of every input and percentile."""
    inputs = {name: DUCKDB_TYPES[one.kind] for name, one in known_inputs().items()}
    return inputs | dict.fromkeys(percentiles, "double")


def empty_table(name: str, types: Mapping[str, str]) -> str:
    """The statement that makes an empty table with these columns."""
    return f"create table {name} (" + ", ".join(f"{column} {kind}" for column, kind in types.items()) + ")"


def _type_problems(connection: duckdb.DuckDBPyConnection, reading: Reading, tag: Tag, sql: str) -> Iterator[Problem]:
    try:
        kind = str(connection.execute(f"select {sql} as value from inputs").description[0][1])
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        yield _problem(reading, "type_mismatch", f"{tag.tag_id}: {message}", "compare values of one type")
        return
    if not kind.upper().startswith(KINDS[tag.value_type]):
        way_out = "change value_type or the expression"
        yield _problem(reading, "type_mismatch", f"{tag.tag_id} is {kind}, not a {tag.value_type}", way_out)


def _problem(reading: Reading, rule: str, message: str, way_out: str) -> Problem:
    assert reading.family is not None
    return Problem(reading.family.file, reading.line_of_expression, 1, rule, message, way_out)
