"""YAML files as plain data that remembers the line and column of every field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from spark_jobs.catalog.problems import Problem

Place = tuple[str | int, ...]
"""Keys and positions that lead to a field, such as `("schema", 0, "properties", 3, "name")`."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SCALARS = {"tag:yaml.org,2002:int": int, "tag:yaml.org,2002:float": float}


@dataclass(slots=True)
class Document:
    """One YAML file: its data, and where each part of it stands."""

    file: Path
    data: Any = None
    marks: dict[Place, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    line_count: int = 0

    def mark(self, place: Place) -> tuple[int, int]:
        """Line and column of this place, or of the nearest place around it that stands in the file."""
        while place and place not in self.marks:
            place = place[:-1]
        return self.marks.get(place, (1, 1))

    def problem(self, place: Place, rule: str, message: str, way_out: str = "") -> Problem:
        """A problem at this place."""
        line, column = self.mark(place)
        return Problem(self.file, line, column, rule, message, way_out)

    def get(self, place: Place) -> Any:
        """The data at this place, None when there is none."""
        here = self.data
        for step in place:
            if isinstance(here, Mapping):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return here

    def custom(self, place: Place, name: str) -> Place:
        """Place of the value of the custom property of this name, below `place`."""
        properties = self.get((*place, "customProperties"))
        for position, one in enumerate(properties if isinstance(properties, list) else ()):
            if isinstance(one, Mapping) and one.get("property") == name:
                return (*place, "customProperties", position, "value")
        return (*place, "customProperties", "?", "value")


def read_document(file: Path) -> Document:
    """The file as data with marks. Syntax errors and keys given twice are in its `problems`."""
    document = Document(file)
    try:
        text = file.read_text(encoding="utf-8")
        document.line_count = text.count("\n") + 1
        node = yaml.compose(text, LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append(Problem(file, line, column, "yaml", str(error.problem), "correct the YAML here"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        document.problems.append(Problem(file, 1, 1, "yaml", str(error).splitlines()[0], "save the file as UTF-8 YAML"))
    else:
        document.data = None if node is None else _plain(document, node, ())
        if not isinstance(document.data, Mapping) and not document.problems:
            message = "the file holds no mapping of fields"
            document.problems.append(Problem(file, 1, 1, "yaml", message, "start from a file beside it"))
    return document


def _plain(document: Document, node: yaml.Node, place: Place) -> Any:
    document.marks.setdefault(place, _position(node))
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(document, node, place))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(document, one, (*place, number)) for number, one in enumerate(node.value)]
    return _scalar(node)


def _entries(document: Document, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = str(key_node.value)
        below = (*place, key)
        document.marks[below] = _position(key_node)
        if key in seen:
            line, column = _position(key_node)
            message = f"{key} is given twice"
            document.problems.append(Problem(document.file, line, column, "duplicate", message, "keep one of them"))
        seen.add(key)
        yield key, _plain(document, value_node, below)


def _scalar(node: yaml.Node) -> Any:
    """YAML 1.2 in spirit: only true and false are booleans, dates and 12:30 stay text."""
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool" and node.value.lower() in {"true", "false"}:
        return node.value.lower() == "true"
    if node.tag in SCALARS:
        try:
            return SCALARS[node.tag](node.value)
        except ValueError:
            return node.value
    return node.value


def _position(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
