"""The file of one family -> the family and its tags. Only this file is looked at."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from dbt_project.tags.blocks import FamilyBlock
from dbt_project.tags.models import Choice, Example, Family, Reading, Tag
from spark_jobs.catalog.documents import Document, Place, read_document
from spark_jobs.catalog.problems import Problem, did_you_mean
from spark_jobs.catalog.reading import read_model

NAME = re.compile(r"[a-z][a-z0-9_]*")
PLACEHOLDER = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


def read_family(file: Path) -> Reading:
    """The family in this file: its name is the file's, its domain the folder's."""
    document = read_document(file)
    if document.data is None or document.problems:
        return Reading(None, (), tuple(document.problems))
    block = read_model(document, (), FamilyBlock)
    family = _family(block, file)
    document.problems += _own_problems(document, block, family)
    tags = () if document.problems else tuple(_tags(block, family))
    document.problems += _same_meaning(document, tags)
    return Reading(family, tags, tuple(document.problems), document.mark(("expression",))[0])


def _family(block: FamilyBlock, file: Path) -> Family:
    examples = tuple(Example(one.given, one.expect) for one in block.examples)
    return Family(
        file.stem, file.parent.name, block.description, block.owner, block.steward, block.sensitivity, block.refresh,
        block.lifecycle, block.successor, block.value_type, block.rule_version, block.largest_drift, examples, file,
    )  # fmt: skip


def _tags(block: FamilyBlock, family: Family) -> Iterator[Tag]:
    """One tag for every combination of the parameters' values, the first parameter slowest."""
    names = list(block.over)
    for chosen in product(*(choices(values) for values in block.over.values())):
        values = dict(zip(names, chosen, strict=True))
        yield Tag(
            tag_id="_".join([family.name, *(one.key for one in chosen)]),
            family=family,
            expression=_filled(block.expression, values, is_text=False),
            name=_filled(block.name, values, is_text=True),
            sentence=_filled(block.sentence, values, is_text=True),
            parameters={name: one.key for name, one in values.items()},
        )


def choices(values: list[Any] | Mapping[str, Any]) -> list[Choice]:
    """Values of a parameter: a list of values, or ids with a value or with several fields (`says` is its text)."""
    if isinstance(values, list):
        return [Choice(_key(one), readable(one), {"value": one}) for one in values]
    found = []
    for key, one in values.items():
        fields = one if isinstance(one, Mapping) else {"value": one}
        shown = fields.get("says", key if not isinstance(one, int | float) else one)
        found.append(Choice(str(key), readable(shown), fields))
    return found


def readable(value: Any) -> str:
    """A value as a sentence shows it: 10000 as 10,000, `term_deposit` as term deposit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value).replace("_", " ")


def _key(value: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "_", str(value).lower()).strip("_")


def _filled(text: str, values: Mapping[str, Choice], *, is_text: bool) -> str:
    def replaced(match: re.Match[str]) -> str:
        choice, name = values[match[1]], match[2]
        if name is None:
            return choice.text if is_text else str(choice.fields["value"])
        return readable(choice.fields[name]) if is_text else str(choice.fields[name])

    return PLACEHOLDER.sub(replaced, " ".join(text.split()))


def _own_problems(document: Document, block: FamilyBlock, family: Family) -> Iterator[Problem]:
    for name in (family.name, family.domain):
        if not NAME.fullmatch(name):
            yield document.problem((), "bad_name", f"{name} is no name", "use small letters, digits and _")
    if block.lifecycle == "deprecated" and not block.successor:
        way_out = "name the family to use instead under successor"
        yield document.problem(("lifecycle",), "missing_successor", "a deprecated family has no successor", way_out)
    for part in ("expression", "name", "sentence"):
        yield from _placeholder_problems(document, part, getattr(block, part), block)
    if not document.problems and not any(not any(v is not None for v in one.given.values()) for one in block.examples):
        way_out = "add one with `given: {}` that says what is expected when nothing is known"
        yield document.problem(("examples",), "no_null_case", "no example is the null case", way_out)


def _placeholder_problems(document: Document, part: str, text: str, block: FamilyBlock) -> Iterator[Problem]:
    place: Place = (part,)
    used = set()
    for name, field in PLACEHOLDER.findall(text):
        used.add(name)
        if name not in block.over:
            way_out = did_you_mean(name, block.over, "declare it under over")
            yield document.problem(place, "unknown_parameter", f"{{{name}}} is no parameter", way_out)
            continue
        wanted = field or ("value" if part == "expression" else "")
        without = [one.key for one in choices(block.over[name]) if wanted and wanted not in one.fields]
        if without:
            yield document.problem(
                ("over", name), "missing_value", f"{', '.join(without)} has no {wanted}", f"add {wanted}: ..."
            )
    if part == "expression":
        for name in sorted(set(block.over) - used):
            yield document.problem(
                ("over", name), "unused_parameter", f"the expression does not use {{{name}}}", "use it or delete it"
            )


def _same_meaning(document: Document, tags: tuple[Tag, ...]) -> Iterator[Problem]:
    """Two tags of one id, or of one name: a member with two meanings."""
    for label, place in (("tag_id", ("over",)), ("name", ("name",))):
        seen: dict[str, Tag] = {}
        for tag in tags:
            text = getattr(tag, label)
            if text in seen and seen[text].expression != tag.expression:
                way_out = "make the parameters' ids differ" if label == "tag_id" else "put every parameter in the name"
                yield document.problem(place, "two_meanings", f"two tags are called {text}", way_out)
            seen.setdefault(text, tag)
