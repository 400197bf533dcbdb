"""YAML: a list of records, at the root or at `row_path`, read record by record."""

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pyarrow as pa
import yaml

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.formats.texts import Batches, Paths
from spark_jobs.landing.problems import RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.landing.tally import Tally

NULLS = ("", "~", "null", "Null", "NULL")
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_BEGINS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)


class _Blocks:
    """Blocks of UTF-8 as a file."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._pending = blocks, b""

    def read(self, size: int = -1) -> bytes:
        while not self._pending:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._pending = block
        taken, self._pending = self._pending[:size], self._pending[size:]
        return taken


def read_yaml(file: DeliveredFile, source: Source, server: Server, tally: Tally) -> Iterator[pa.Table]:
    """Tables of the fields found, nested ones by dotted path; lists as JSON text. Every value is the text written."""
    paths = Paths(column.physical_name or column.name for column in source.columns)
    batches = Batches(tally, server.null_values)
    stream = cast(BinaryIO, _Blocks(file.blocks()))
    try:
        for record in _records(yaml.parse(stream, Loader=_LOADER), server.options.get("row_path", "")):
            if isinstance(record, dict):
                yield from batches.add(paths.flatten(record))
            else:
                tally.delivered += 1
                tally.reject(tally.delivered, "bad_yaml", "a record must be a mapping", str(record))
    except yaml.YAMLError as error:
        tally.delivered += 1
        reason = f"not YAML: {' '.join(str(error).split())}; nothing after it was read"
        tally.reject(tally.delivered, "bad_yaml", reason, "")
    yield from batches.rest()


def _records(events: Iterator[Any], row_path: str) -> Iterator[Any]:
    """The records of the list at `row_path`; other parts of the document are passed over."""
    wanted = [part for part in row_path.replace("/", ".").split(".") if part]
    for event in events:
        if isinstance(event, yaml.SequenceStartEvent) and not wanted:
            while not isinstance(following := next(events), yaml.SequenceEndEvent):
                yield _value(following, events)
            return
        if isinstance(event, yaml.MappingStartEvent) and wanted:
            _go_to(wanted.pop(0), events)
        elif isinstance(event, (*_BEGINS, yaml.ScalarEvent)):
            raise RejectedDeliveryError("bad_yaml", f"the document holds no list at {row_path or 'its root'!r}")


def _go_to(key: str, events: Iterator[Any]) -> None:
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if _value(event, events) == key:
            return
        _value(next(events), events)
    raise RejectedDeliveryError("bad_yaml", f"the document has no key {key!r}")


def _value(event: Any, events: Iterator[Any]) -> Any:
    if isinstance(event, yaml.AliasEvent):
        raise RejectedDeliveryError("bad_yaml", f"alias *{event.anchor}: aliases are not accepted")
    if isinstance(event, yaml.SequenceStartEvent):
        return list(_items(events, yaml.SequenceEndEvent))
    if isinstance(event, yaml.MappingStartEvent):
        flat = list(_items(events, yaml.MappingEndEvent))
        return {str(key): value for key, value in zip(flat[::2], flat[1::2], strict=True)}
    is_plain = event.style is None or event.style == ""
    return None if is_plain and event.value in NULLS else event.value


def _items(events: Iterator[Any], end: type) -> Iterator[Any]:
    while not isinstance(event := next(events), end):
        yield _value(event, events)
