"""What may be wrong with definitions taken together: identities, columns, rules, references and size."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from spark_jobs.catalog.columns import COLUMNS
from spark_jobs.catalog.contracts import Draft
from spark_jobs.catalog.documents import Document
from spark_jobs.catalog.expressions import check_expression
from spark_jobs.catalog.feed_checks import Surroundings, feed_problems
from spark_jobs.catalog.models import Column, Entity, Source
from spark_jobs.catalog.names import EXPRESSION_NAMES, RESERVED_COLUMNS, SILVER_ADDED_COLUMNS, VALIDITY_COLUMNS
from spark_jobs.catalog.problems import Problem, did_you_mean
from spark_jobs.catalog.source_checks import source_problems

LINE_LIMIT = 200
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def validate(root: Path, sources: Sequence[Draft], entities: Sequence[Draft]) -> list[Problem]:
    """Every problem of every definition below the root."""
    drafts = [*sources, *entities]
    problems = [problem for draft in drafts for problem in draft.document.problems]
    problems += _stray_files(root)
    problems += _duplicate_identities(drafts)
    known = {one.definition.name: one.definition for one in entities if isinstance(one.definition, Entity)}
    names = frozenset(one.document.file.stem for one in entities)
    around = Surroundings(known, names, root / "transforms")
    for draft in drafts:
        problems += _definition_problems(draft, known)
        if isinstance(draft.definition, Source):
            problems += source_problems(draft, draft.definition)
            problems += feed_problems(draft, draft.definition, around)
        elif isinstance(draft.definition, Entity):
            problems += _entity_problems(draft.document, draft.definition)
    return problems


def _stray_files(root: Path) -> Iterator[Problem]:
    """Files that would be passed over in silence."""
    for shape in ("sources/<system>/<table>.yml", "entities/<entity>.yml"):
        folder, *steps = shape.split("/")
        for file in sorted((root / folder).rglob("*.y*ml")):
            place = file.relative_to(root / folder)
            if file.suffix != ".yml" or len(place.parts) != len(steps):
                message = "the file lies where no definition is read"
                yield Problem(file, 1, 1, "identity", message, f"move it to {shape}")
            elif any(not SNAKE_CASE.fullmatch(part) for part in place.with_suffix("").parts):
                way_out = "use snake_case, no double underscore"
                yield Problem(file, 1, 1, "bad_name", f"the name is {place.with_suffix('')}", way_out)


def _duplicate_identities(drafts: Sequence[Draft]) -> Iterator[Problem]:
    by_id: dict[str, list[Document]] = defaultdict(list)
    for draft in drafts:
        if isinstance(draft.document.data, Mapping) and draft.document.data.get("id") is not None:
            by_id[str(draft.document.data["id"])].append(draft.document)
    for identity, documents in by_id.items():
        for document in documents[1:]:
            message = f"id {identity} is also that of {documents[0].file.parent.name}/{documents[0].file.name}"
            yield document.problem(("id",), "duplicate", message, "set id to the path")


def _definition_problems(draft: Draft, entities: Mapping[str, Entity]) -> Iterator[Problem]:
    """Problems that sources and entities may have alike."""
    document, definition = draft.document, draft.definition
    if document.line_count > LINE_LIMIT + 1:
        message = f"{document.line_count - 1} lines, the limit is {LINE_LIMIT}"
        yield Problem(document.file, LINE_LIMIT + 1, 1, "too_long", message, "split the definition by idea")
    if definition is None:
        return
    yield from _column_problems(document, definition, entities)
    yield from _rule_problems(draft, definition)


def _column_problems(
    document: Document, definition: Source | Entity, entities: Mapping[str, Entity]
) -> Iterator[Problem]:
    if not definition.columns and ("schema", 0) in document.marks:
        yield document.problem(COLUMNS, "missing_field", "the table has no columns", "list them under properties")
    seen: dict[str, Column] = {}
    places = {(one.name, one.line): one for one in definition.columns}
    for column in places.values():
        place = _place_of(document, column)
        if column.name in seen:
            message = f"column {column.name} is declared twice"
            yield document.problem(place, "duplicate", message, f"it is also in line {seen[column.name].line}")
        seen.setdefault(column.name, column)
        if column.name in RESERVED_COLUMNS:
            yield document.problem(place, "bad_name", f"{column.name} is added by the runner", "choose another name")
        if column.references and not _exists(column.references, entities):
            message = f"{column.name} refers to {column.references}, which is not declared"
            targets = [f"{one.name}.{key}" for one in entities.values() for key in one.key]
            yield document.problem(place, "dangling_reference", message, did_you_mean(column.references, targets))


def _rule_problems(draft: Draft, definition: Source | Entity) -> Iterator[Problem]:
    scope = {column.name: column.type for column in definition.columns} | EXPRESSION_NAMES
    if isinstance(definition, Entity):
        scope |= SILVER_ADDED_COLUMNS | (VALIDITY_COLUMNS if definition.history == "scd2" else {})
    parameters = definition.parameters if isinstance(definition, Source) else {}
    seen: set[str] = set()
    for rule, place in draft.rules:
        if rule.name in seen:
            message = f"two rules are named {rule.name}"
            yield draft.document.problem(place, "duplicate", message, "name each rule differently")
        seen.add(rule.name)
        for finding in check_expression(rule.condition, scope, parameters, "boolean"):
            message = f"rule {rule.name}: {finding.message}"
            yield draft.document.problem(place, finding.rule, message, finding.way_out)


def _entity_problems(document: Document, entity: Entity) -> Iterator[Problem]:
    declared = [column.name for column in entity.columns]
    if declared and not entity.key:
        yield document.problem(COLUMNS, "missing_field", f"{entity.name} has no key", "set primaryKey: true")
    if entity.description and not entity.description.startswith("One row per "):
        message = "the purpose does not say the grain"
        yield document.problem(("description", "purpose"), "grain", message, "begin it with `One row per ...`")
    for name in entity.partition_by:
        if name not in declared:
            place = document.custom((), "partition_by")
            message = f"partition column {name} is not declared"
            yield document.problem(place, "undeclared_column", message, did_you_mean(name, declared))
    for column in entity.columns:
        if column.classification == "restricted" and column.normaliser is None:
            message = f"restricted column {column.name} has no normaliser"
            way_out = "add the property normaliser: the column becomes a token"
            yield document.problem(_place_of(document, column), "missing_field", message, way_out)


def _place_of(document: Document, column: Column) -> tuple[str | int, ...]:
    properties = document.get(COLUMNS) or ()
    for position in range(len(properties)):
        if document.mark((*COLUMNS, position))[0] == column.line:
            return (*COLUMNS, position)
    return COLUMNS


def _exists(reference: str, entities: Mapping[str, Entity]) -> bool:
    entity, _, column = reference.partition(".")
    return entity in entities and any(one.name == column for one in entities[entity].columns)
