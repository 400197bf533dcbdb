"""Suites as files: expectations/suites/<layer>/<table>.yml, read and checked without starting Great Expectations."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from spark_jobs.catalog.documents import Document, read_document
from spark_jobs.catalog.problems import DefinitionErrors, Problem, did_you_mean

Severity = Literal["critical", "warning", "info"]
SEVERITIES = ("critical", "warning", "info")
SUITES = Path(__file__).parent / "suites"
LAYERS = ("bronze", "silver", "identity", "marts")
OWN_CLASSES = ("ExpectRowsToMeetCondition", "ExpectColumnValuesToExistInTable")
NO_ROWS_OF_ITS_OWN = (
    "UnexpectedRowsExpectation",
    "ExpectQueryResultsToMatchComparison",
    "ExpectTableRowCountToEqualOtherTable",
)
SUITE_FIELDS = ("description", "owner", "key", "date_column", "expectations")
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")
COMMON_FIELDS = ("type", "name", "severity", "description")


@dataclass(frozen=True, slots=True)
class Definition:
    """One expectation as a file or a contract states it."""

    type: str
    """Class of Great Expectations, verbatim."""
    name: str
    severity: Severity
    description: str
    arguments: Mapping[str, Any]
    file: Path = Path()
    line: int = 0

    @property
    def column(self) -> str | None:
        """The column it speaks of, several parted by commas; None when it speaks of the table."""
        named = [self.arguments.get(one) for one in COLUMN_ARGUMENTS]
        flat = [part for one in named if one for part in (one if isinstance(one, list) else [one])]
        return ", ".join(map(str, flat)) or None


@dataclass(frozen=True, slots=True)
class Suite:
    """What must be true of one table."""

    layer: str
    table: str
    description: str = ""
    owner: str = ""
    key: tuple[str, ...] = ()
    """Columns that identify a failing row."""
    definitions: tuple[Definition, ...] = field(default=())
    file: Path = Path()
    date_column: str = ""
    """Where it is set, only rows of the business date are looked at: those whose column of this name says it."""


def load_suites(
    layer: str, columns: Mapping[str, Iterable[str]] | None = None, root: Path = SUITES
) -> dict[str, Suite]:
    """Suites of a layer by table name. `columns` tells the columns of the tables that are known.

    Raises DefinitionErrors with every problem of every file: file, line and the way out.
    """
    suites: dict[str, Suite] = {}
    problems: list[Problem] = []
    for file in sorted((root / layer).glob("*.yml")):
        document = read_document(file)
        problems += document.problems or check_suite(document, (columns or {}).get(file.stem))
        if not document.problems and isinstance(document.data, Mapping):
            suites[file.stem] = _suite(layer, document)
    if problems:
        raise DefinitionErrors(problems)
    return suites


def expectation_classes() -> tuple[str, ...]:
    """Names of the classes that a suite may use, from Great Expectations' own list (it is slow to import)."""
    spec = find_spec("great_expectations")
    text = (Path(spec.origin or "").parent / "expectations" / "__init__.py").read_text() if spec else ""
    return tuple(sorted({*re.findall(r"\bExpect[A-Z]\w+", text), *OWN_CLASSES} - set(NO_ROWS_OF_ITS_OWN)))


def check_suite(document: Document, columns: Iterable[str] | None) -> list[Problem]:
    """Every problem of one suite file."""
    data = document.data
    problems = [
        document.problem((name,), "unknown-field", f"a suite has no {name}", did_you_mean(name, SUITE_FIELDS))
        for name in data
        if name not in SUITE_FIELDS
    ]
    if not data.get("description"):
        problems.append(document.problem((), "description", "the suite says nothing of itself", "add a description"))
    listed = data.get("expectations")
    if not isinstance(listed, list) or not listed:
        return [
            *problems,
            document.problem(("expectations",), "empty", "the suite expects nothing", "add an expectation"),
        ]
    known = None if columns is None else set(columns)
    for position, one in enumerate(listed):
        place = ("expectations", position)
        if isinstance(one, Mapping):
            problems += _check_expectation(document, place, one, known)
        else:
            problems.append(document.problem(place, "expectation", "this is no expectation", "write type: Expect..."))
    if known is not None:
        problems += _unknown_columns(document, ("key",), data.get("key") or [], known)
        dated = [data["date_column"]] if "date_column" in data else []
        problems += _unknown_columns(document, ("date_column",), dated, known)
    return problems


def _check_expectation(document: Document, place: tuple, one: Mapping, columns: set[str] | None) -> list[Problem]:
    problems = []
    classes = expectation_classes()
    if one.get("type") not in classes:
        way_out = did_you_mean(str(one.get("type")), classes, "use a class of Great Expectations, verbatim")
        problems.append(document.problem((*place, "type"), "unknown-class", f"no class {one.get('type')}", way_out))
    if one.get("severity") not in SEVERITIES:
        message = f"severity is {one.get('severity')}" if "severity" in one else "severity is missing"
        problems.append(document.problem((*place, "severity"), "severity", message, f"one of {', '.join(SEVERITIES)}"))
    if not one.get("description"):
        problems.append(
            document.problem(place, "description", "description is missing", "say what a reader would miss")
        )
    if columns is not None:
        for argument in COLUMN_ARGUMENTS:
            value = one.get(argument) or []
            names = value if isinstance(value, list) else [value]
            problems += _unknown_columns(document, (*place, argument), names, columns)
    return problems


def _unknown_columns(document: Document, place: tuple, names: list[str], columns: set[str]) -> list[Problem]:
    return [
        document.problem(
            place, "unknown-column", f"the table has no column {name}", did_you_mean(name, sorted(columns))
        )
        for name in names
        if name not in columns
    ]


def _suite(layer: str, document: Document) -> Suite:
    data = document.data
    listed = data.get("expectations") if isinstance(data.get("expectations"), list) else []
    definitions = tuple(
        _definition(document, position, one) for position, one in enumerate(listed) if isinstance(one, Mapping)
    )
    return Suite(
        layer, document.file.stem, str(data.get("description", "")), str(data.get("owner", "")),
        tuple(data.get("key") or ()), definitions, document.file, str(data.get("date_column", "")),
    )  # fmt: skip


def _definition(document: Document, position: int, one: Mapping[str, Any]) -> Definition:
    arguments = {name: value for name, value in one.items() if name not in COMMON_FIELDS}
    line = document.mark(("expectations", position))[0]
    default = f"{_snake(str(one.get('type')))}_{position + 1}"
    return Definition(
        str(one.get("type")), str(one.get("name") or default), one.get("severity", "critical"),
        str(one.get("description", "")), arguments, document.file, line,
    )  # fmt: skip


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower().removeprefix("expect_")
