"""What may be wrong with how a source is loaded and where it is delivered."""

import codecs
import re
from collections.abc import Iterator

from spark_jobs.catalog.contracts import Draft
from spark_jobs.catalog.documents import Document
from spark_jobs.catalog.models import Load, Server, Source
from spark_jobs.catalog.names import ENVIRONMENTS, FORMATS
from spark_jobs.catalog.problems import Problem, did_you_mean

CALENDAR = re.compile(r"business_days|daily|once|weekly:(mon|tue|wed|thu|fri|sat|sun)|monthly:([1-9]|[12]\d|3[01])")
CALENDARS = "business_days, daily, once, weekly:<mon..sun>, monthly:<1..31>"
PLACEHOLDER = re.compile(r"\{([^}]*)\}")
PLACEHOLDERS = ("inbox", "data", "date")


def source_problems(draft: Draft, source: Source) -> Iterator[Problem]:
    """Problems of the load block and the servers of the source."""
    yield from _load_column_problems(draft.document, source)
    yield from _load_problems(draft.document, source.load)
    if not source.servers:
        way_out = "add one under servers with environment, format and path"
        yield draft.document.problem(("servers",), "missing_field", "no server says where it is delivered", way_out)
    seen: set[str] = set()
    for position, server in enumerate(source.servers):
        place = ("servers", position)
        if server.environment in seen:
            message = f"environment {server.environment} has two servers"
            yield draft.document.problem(place, "duplicate", message, "keep one")
        seen.add(server.environment)
        yield from _server_problems(draft.document, position, server)


def _load_column_problems(document: Document, source: Source) -> Iterator[Problem]:
    place = document.custom((), "load")
    declared = [column.name for column in source.columns]
    load, control = source.load, source.load.control
    used = {
        "key": load.key,
        "order_by": load.order_by,
        "operation_column": (load.operation_column,) if load.operation_column else (),
    }
    for field, names in used.items():
        for name in names:
            if name not in declared:
                message = f"{field} column {name} is not declared"
                yield document.problem((*place, field), "undeclared_column", message, did_you_mean(name, declared))
    if control and control.amount_column and control.amount_column not in declared:
        message = f"amount column {control.amount_column} is not declared"
        way_out = did_you_mean(control.amount_column, declared)
        yield document.problem((*place, "control", "amount_column"), "undeclared_column", message, way_out)
    if control and bool(control.amount_column) != bool(control.amount_sum_field):
        message = "control names only one of amount_sum and amount_column"
        yield document.problem((*place, "control"), "bad_load", message, "give both or none")


def _load_problems(document: Document, load: Load) -> Iterator[Problem]:
    place = document.custom((), "load")
    if not CALENDAR.fullmatch(load.calendar):
        way_out = did_you_mean(load.calendar, ("business_days", "daily", "once"), f"known: {CALENDARS}")
        yield document.problem((*place, "calendar"), "unknown_calendar", f"unknown calendar {load.calendar}", way_out)
    if load.mode == "merge" and not load.key:
        message = "a merge needs a key"
        yield document.problem((*place, "mode"), "bad_load", message, "set primaryKey: true on the key columns")
    if load.operation_column and load.mode == "snapshot":
        message = "a snapshot has no operation column: absence deletes"
        yield document.problem((*place, "operation_column"), "bad_load", message, "use mode: merge, or leave it out")


def _server_problems(document: Document, position: int, server: Server) -> Iterator[Problem]:
    place = ("servers", position)
    if server.environment not in ENVIRONMENTS:
        message = f"environment {server.environment}"
        way_out = did_you_mean(server.environment, ENVIRONMENTS)
        yield document.problem((*place, "environment"), "bad_value", message, way_out)
    if server.format not in FORMATS:
        message = f"format {server.format}" if server.format else "the server has no format"
        yield document.problem((*place, "format"), "bad_value", message, did_you_mean(server.format, FORMATS))
    yield from _path_problems(document, position, server)
    try:
        codecs.lookup(server.encoding)
    except LookupError:
        message = f"unknown encoding {server.encoding}"
        yield document.problem((*place, "encoding"), "bad_value", message, "use a name such as utf-8 or gb18030")


def _path_problems(document: Document, position: int, server: Server) -> Iterator[Problem]:
    place = ("servers", position, "path")
    if not server.path:
        if server.format != "jdbc":
            way_out = 'add one such as "{inbox}/<system>/{date}/<file>*.csv"'
            yield document.problem(place, "missing_field", "the server has no path", way_out)
        return
    unknown = [name for name in PLACEHOLDER.findall(server.path) if name not in PLACEHOLDERS]
    for name in unknown:
        yield document.problem(place, "bad_path", f"unknown placeholder {{{name}}}", did_you_mean(name, PLACEHOLDERS))
    if not server.path.startswith(("{inbox}/", "{data}/")) and server.format != "jdbc" and not unknown:
        message = f"path {server.path} names a place of one machine"
        yield document.problem(place, "bad_path", message, "begin it with {inbox}/ or {data}/")
    if ".." in server.path.split("/"):
        yield document.problem(place, "bad_path", "the path leaves its folder", "take `..` out")
