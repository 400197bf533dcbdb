"""XML and XES (event logs), one row at a time. No document type, no entities, no network."""

from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
from lxml import etree

from spark_jobs.catalog.models import Server, Source
from spark_jobs.landing.formats.texts import Batches, as_text
from spark_jobs.landing.problems import RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile, raw_text
from spark_jobs.landing.tally import Tally

TAIL_BLOCKS, BLOCK, RAW = 8, 32 << 10, 4000
XES_VALUES = ("string", "date", "int", "float", "boolean", "id")


class _Tail:
    """A stream that remembers the last that was read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._last = stream, deque[bytes](maxlen=TAIL_BLOCKS)

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(min(size, BLOCK) if size > 0 else BLOCK)
        self._last.append(block)
        return block

    def since(self, tag: str) -> str:
        """Text since the last begin of an element."""
        read = b"".join(self._last)
        return raw_text(read[max(read.rfind(b"<" + tag.encode()), 0) :][:RAW])


def read_xml(file: DeliveredFile, source: Source, server: Server, tally: Tally) -> Iterator[pa.Table]:
    """A row for each element at `row_path`; columns are its children by path, attributes as `@name`.

    An element with children becomes a JSON list of objects, a repeated text a JSON list of texts.
    """
    row_path = [part for part in server.options.get("row_path", "*").split("/") if part]
    paths = [column.physical_name or column.name for column in source.columns]
    batches = Batches(tally, server.null_values)
    path: list[str] = []
    for event, element in _events(file, row_path[-1], tally):
        if event == "start":
            path.append(_name(element))
            continue
        is_row = path[-len(row_path) :] == row_path or (row_path == ["*"] and len(path) == 2)
        path.pop()
        if is_row:
            yield from batches.add(_flat(_content(element), paths))
        if is_row or len(path) < len(row_path):
            _forget(element)
    yield from batches.rest()


def read_xes(file: DeliveredFile, source: Source, server: Server, tally: Tally) -> Iterator[pa.Table]:
    """A row for each event: its attributes by key, those of its trace as `case:<key>`."""
    del source
    batches = Batches(tally, server.null_values)
    case: dict[str, str | None] = {}
    for event, element in _events(file, "event", tally):
        name = _name(element)
        if event == "start":
            case = {} if name == "trace" else case
            continue
        parent = element.getparent()
        if name in XES_VALUES and parent is not None and _name(parent) == "trace":
            case[f"case:{element.get('key')}"] = element.get("value")
        elif name == "event":
            values = {str(one.get("key")): one.get("value") for one in element if _name(one) in XES_VALUES}
            yield from batches.add({**case, **values})
        if name in ("event", "trace"):
            _forget(element)
    yield from batches.rest()


def _events(file: DeliveredFile, tag: str, tally: Tally) -> Iterator[tuple[str, Any]]:
    tail = _Tail(file.stream())
    parser = etree.iterparse(tail, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False)
    is_first = True
    try:
        for event, element in parser:
            if is_first and element.getroottree().docinfo.doctype:
                raise RejectedDeliveryError("document_type", f"{file.path.name} declares a document type (DTD)")
            is_first = False
            if isinstance(element.tag, str):
                yield event, element
    except etree.XMLSyntaxError as error:
        tally.delivered += 1
        tally.reject(tally.delivered, "bad_xml", f"not XML: {error.msg}; nothing after it was read", tail.since(tag))


def _name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _forget(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _content(element: Any) -> dict[str, Any]:
    """Children and attributes: a text, a list of texts, or a list of objects."""
    content: dict[str, Any] = dict(_attributes(element))
    children: dict[str, list[Any]] = {}
    for child in element:
        if isinstance(child.tag, str):
            name = _name(child)
            is_object = len(child) > 0
            children.setdefault(name, []).append(_content(child) if is_object else (child.text or "").strip() or None)
            content.update({} if is_object else {f"{name}/{key}": value for key, value in _attributes(child).items()})
    for name, values in children.items():
        has_objects = any(isinstance(value, dict) for value in values)
        content[name] = values if has_objects or len(values) > 1 else values[0]
    return content


def _attributes(element: Any) -> dict[str, str]:
    return {f"@{etree.QName(name).localname}": value for name, value in element.attrib.items()}


def _flat(content: dict[str, Any], paths: list[str]) -> dict[str, str | None]:
    row = {path: as_text(_at(content, path)) for path in paths}
    firsts = {path.split("/")[0] for path in paths}
    added = {name: as_text(value) for name, value in content.items() if name.split("/")[0] not in firsts}
    return {name: value for name, value in row.items() if value is not None} | added


def _at(content: dict[str, Any], path: str) -> Any:
    if path in content:
        return content[path]
    first, _, rest = path.partition("/")
    inside = content.get(first)
    if not rest or not isinstance(inside, list):
        return None
    found = [value for one in inside if isinstance(one, dict) and (value := _at(one, rest)) is not None]
    return found[0] if len(found) == 1 else found or None
