"""What may be wrong between a source's feeds and the entities they fill."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spark_jobs.catalog.contracts import Draft
from spark_jobs.catalog.documents import Document, Place
from spark_jobs.catalog.expressions import UNKNOWN, check_expression, explode_parts
from spark_jobs.catalog.models import Entity, Feed, Source
from spark_jobs.catalog.names import EXPRESSION_NAMES
from spark_jobs.catalog.problems import Problem, did_you_mean

TRANSFORMS = Path(__file__).resolve().parents[1] / "transforms"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a feed may name outside its own file."""

    entities: Mapping[str, Entity]
    entity_names: frozenset[str]
    """Also those whose files are in error."""
    transforms: Path


def feed_problems(draft: Draft, source: Source, around: Surroundings) -> Iterator[Problem]:
    """Problems of every feed of the source."""
    place = draft.document.custom((), "feeds")
    for position, feed in enumerate(source.feeds):
        yield from _feed_problems(draft.document, (*place, position), (source, feed), around)


def _feed_problems(
    document: Document, place: Place, fed: tuple[Source, Feed], around: Surroundings
) -> Iterator[Problem]:
    source, feed = fed
    scope = scope_of(source, feed)
    yield from _shape_problems(document, place, source, feed)
    if feed.transform:
        yield from _transform_problems(document, (*place, "transform"), feed.transform, around.transforms)
    if feed.entity and feed.entity not in around.entity_names:
        way_out = did_you_mean(feed.entity, sorted(around.entity_names))
        yield document.problem((*place, "entity"), "dangling_entity", f"no entity {feed.entity}", way_out)
    entity = around.entities.get(feed.entity)
    if entity:
        yield from _coverage_problems(document, place, feed, entity)
    types = {column.name: column.type for column in entity.columns} if entity else {}
    for name, expression in feed.columns.items():
        for finding in check_expression(expression, scope, source.parameters, types.get(name)):
            yield document.problem((*place, "columns", name), finding.rule, finding.message, finding.way_out)
    if feed.where is not None:
        for finding in check_expression(feed.where, scope, source.parameters, "boolean"):
            yield document.problem((*place, "where"), finding.rule, finding.message, finding.way_out)


def scope_of(source: Source, feed: Feed) -> dict[str, str]:
    """Names that the feed's expressions may use, with their types."""
    scope = {column.name: column.type for column in source.columns} | dict(feed.adds if feed.transform else {})
    if feed.unpivot:
        kept = {name: type_ for name, type_ in scope.items() if name in feed.unpivot.keep}
        value_types = {type_ for name, type_ in scope.items() if name not in kept}
        value_type = value_types.pop() if len(value_types) == 1 else UNKNOWN
        scope = kept | {feed.unpivot.name: "string", feed.unpivot.value: value_type}
    parts = explode_parts(feed.explode) if feed.explode else None
    if parts:
        scope[parts[1]] = feed.adds.get(parts[1], UNKNOWN)
    return scope | EXPRESSION_NAMES


def _shape_problems(document: Document, place: Place, source: Source, feed: Feed) -> Iterator[Problem]:
    before = {column.name: column.type for column in source.columns} | EXPRESSION_NAMES
    if feed.transform:
        before |= feed.adds
    for name in feed.unpivot.keep if feed.unpivot else ():
        if name not in before:
            way_out = did_you_mean(name, before)
            message = f"column {name} is not declared"
            yield document.problem((*place, "unpivot", "keep"), "undeclared_column", message, way_out)
    if feed.adds and not feed.transform and not feed.explode:
        message = "adds is given, but nothing adds a column"
        yield document.problem((*place, "adds"), "bad_feed", message, "name a transform or an explode")
    if feed.explode is None:
        return
    parts = explode_parts(feed.explode)
    if parts is None:
        way_out = "write `<array expression> as <name>`"
        yield document.problem((*place, "explode"), "bad_expression", f"explode `{feed.explode}`", way_out)
        return
    unpivoted = {feed.unpivot.name: "string", feed.unpivot.value: UNKNOWN} if feed.unpivot else {}
    for finding in check_expression(parts[0], before | unpivoted, source.parameters, "array<string>"):
        yield document.problem((*place, "explode"), finding.rule, finding.message, finding.way_out)


def _coverage_problems(document: Document, place: Place, feed: Feed, entity: Entity) -> Iterator[Problem]:
    names = [column.name for column in entity.columns]
    for name in feed.columns:
        if name not in names:
            message = f"{entity.name} has no column {name}"
            way_out = did_you_mean(name, names, f"see the columns in entities/{entity.name}.yml")
            yield document.problem((*place, "columns", name), "unknown_entity_column", message, way_out)
    for column in entity.columns:
        if (column.is_key or column.is_required) and column.name not in feed.columns:
            kind = "key" if column.is_key else "required"
            message = f"{kind} column {column.name} of {entity.name} has no expression"
            yield document.problem((*place, "columns"), "missing_expression", message, f"add `{column.name}: ...`")


def _transform_problems(document: Document, place: Place, transform: str, folder: Path) -> Iterator[Problem]:
    module, _, function = transform.rpartition(".")
    file = next((one / f"{module}.py" for one in (folder, TRANSFORMS) if (one / f"{module}.py").is_file()), None)
    if not module or file is None:
        way_out = "write module.function of spark_jobs/transforms"
        yield document.problem(place, "unknown_transform", f"no module {module or transform}", way_out)
        return
    known = _functions(file, file.stat().st_mtime_ns)
    if function not in known:
        message = f"transforms/{module}.py has no function {function}"
        yield document.problem(place, "unknown_transform", message, did_you_mean(function, known))


@cache
def _functions(file: Path, changed_at: int) -> tuple[str, ...]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return tuple(one.name for one in tree.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"))
