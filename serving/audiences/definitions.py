"""Stored audiences: one file each in dbt_project/definitions/audiences, checked together against a release's tags."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Literal

import yaml

from serving.audiences.conditions import (
    Compared,
    Condition,
    ConditionError,
    InAudience,
    IsKnown,
    IsOneOf,
    IsTrue,
    as_number,
    audiences_of,
    leaves,
    read_condition,
)
from spark_jobs.catalog.blocks import Block, compulsory
from spark_jobs.catalog.documents import Document, read_document
from spark_jobs.catalog.problems import DefinitionErrors, Problem, did_you_mean
from spark_jobs.catalog.reading import read_model
from spark_jobs.settings import PROJECT

DEFINITIONS = PROJECT / "dbt_project" / "definitions"
Tags = Mapping[str, Mapping[str, Any]]


class AudienceBlock(Block):
    """What the file of an audience may hold."""

    description: str = compulsory("")
    owner: str = compulsory("")
    purpose: str = compulsory("")
    level: Literal["customer", "household"] = "customer"
    where: Any = compulsory("")
    largest_jump: float = 0.3


@dataclass(frozen=True, slots=True)
class Audience:
    """Customers, or households with such a customer, that meet a condition and consented to the purpose.

    `largest_jump` is the share by which its size may change between two releases.
    """

    name: str
    description: str
    owner: str
    purpose: str
    level: str
    condition: Condition
    largest_jump: float = 0.3


def load_purposes(root: Path = DEFINITIONS) -> dict[str, str | None]:
    """Purpose -> tag of the consent that it requires, None where it requires none."""
    declared = yaml.safe_load((root / "purposes.yml").read_text(encoding="utf-8"))
    return {name: one["requires"] for name, one in declared.items()}


def load_audiences(tags: Tags, root: Path = DEFINITIONS) -> dict[str, Audience]:
    """Every stored audience, each after those that it names. `tags` are rows of the catalogue by tag id.

    Raises DefinitionErrors with every problem of every file.
    """
    documents = {file.stem: read_document(file) for file in sorted((root / "audiences").glob("*.yml"))}
    purposes = load_purposes(root)
    problems: list[Problem] = []
    found: dict[str, Audience] = {}
    for name, document in documents.items():
        audience = None if document.problems else _audience(document, purposes, tags, documents)
        problems += document.problems
        if audience:
            found[name] = audience
    ordered, cycles = _ordered(found, documents)
    if problems or cycles:
        raise DefinitionErrors([*problems, *cycles])
    return {name: found[name] for name in ordered}


def _audience(
    document: Document, purposes: Mapping[str, Any], tags: Tags, names: Mapping[str, Document]
) -> Audience | None:
    block = read_model(document, (), AudienceBlock)
    if block.purpose not in purposes:
        way_out = did_you_mean(block.purpose, purposes)
        document.problems.append(
            document.problem(("purpose",), "unknown_purpose", f"{block.purpose!r} is no purpose", way_out)
        )
    try:
        condition = read_condition(block.where)
    except ConditionError as error:
        document.problems.append(document.problem(("where",), "bad_condition", str(error), "see docs/guides/tags.md"))
        return None
    document.problems += _condition_problems(document, condition, tags, names)
    return Audience(
        document.file.stem, block.description, block.owner, block.purpose, block.level, condition, block.largest_jump
    )


def _condition_problems(
    document: Document, condition: Condition, tags: Tags, names: Mapping[str, Document]
) -> Iterator[Problem]:
    for leaf in leaves(condition):
        if isinstance(leaf, InAudience):
            if leaf.name not in names:
                way_out = did_you_mean(leaf.name, names)
                yield document.problem(("where",), "unknown_audience", f"there is no audience {leaf.name}", way_out)
            continue
        assert isinstance(leaf, IsTrue | IsOneOf | Compared | IsKnown)
        if leaf.tag_id not in tags:
            way_out = did_you_mean(leaf.tag_id, tags)
            yield document.problem(("where",), "unknown_tag", f"there is no tag {leaf.tag_id}", way_out)
        elif wrong := _misused(leaf, tags[leaf.tag_id]["value_type"]):
            yield document.problem(("where",), "wrong_type", f"{leaf.tag_id} {wrong[0]}", wrong[1])


def _misused(leaf: IsTrue | IsOneOf | Compared | IsKnown, kind: str) -> tuple[str, str] | None:
    """What is wrong with the use of a tag of this value type, and the way out."""
    if isinstance(leaf, IsTrue) and kind != "boolean":
        return f"is a {kind}", "compare it with a value"
    if kind == "boolean" and isinstance(leaf, IsOneOf | Compared):
        return "is a boolean", "write the tag alone, or `not` before it"
    if kind == "category" and isinstance(leaf, Compared):
        return "is a category", "write = 'label' or in ('label', ...)"
    if kind in ("number", "score", "date") and isinstance(leaf, IsOneOf | Compared):
        try:
            for value in leaf.labels if isinstance(leaf, IsOneOf) else [leaf.value]:
                as_number(value)
        except ConditionError as error:
            return f"is compared with what is no {kind}", str(error)
    return None


def _ordered(found: Mapping[str, Audience], documents: Mapping[str, Document]) -> tuple[Sequence[str], list[Problem]]:
    graph = {name: audiences_of(one.condition) & found.keys() for name, one in found.items()}
    try:
        return list(TopologicalSorter(graph).static_order()), []
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        name = next(one for one in error.args[1] if one in documents)
        message = f"audiences are made of each other: {circle}"
        return [], [documents[name].problem(("where",), "cycle", message, "break the circle")]
