"""Rows as JSON lines, XML, XES and YAML, put together column by column."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

XES_OPENING = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
XES_CLOSING = "</log>\n"
RAW = "!"
"""A column name that ends with it holds ready JSON."""


def json_lines(rows: pa.Table, _: str = "") -> str:
    """One JSON object a line; a dotted column name becomes nested objects."""
    tree: dict[str, Any] = {}
    for name in rows.column_names:
        *parents, leaf = name.rstrip(RAW).split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = rows[name] if name.endswith(RAW) else json_values(rows[name])
    return _lines([*json_pieces(tree), "\n"])


def json_pieces(node: dict[str, Any]) -> list[Any]:
    """Literal text and columns in turn, which joined give the object."""
    pieces: list[Any] = ["{"]
    for place, (key, value) in enumerate(node.items()):
        pieces.append(f'{", " if place else ""}"{key}": ')
        pieces += json_pieces(value) if isinstance(value, dict) else [value]
    return [*pieces, "}"]


def json_values(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each value as JSON: text quoted, numbers bare, NULL as null."""
    text = pc.cast(column, pa.string())
    is_bare = pa.types.is_integer(column.type) or pa.types.is_decimal(column.type) or pa.types.is_boolean(column.type)
    if not is_bare:
        text = pc.replace_substring(pc.replace_substring(text, "\\", "\\\\"), '"', '\\"')
        text = pc.binary_join_element_wise('"', text, '"', "")
    return pc.fill_null(text, "null")


def xml_opening(root: str) -> str:
    """Declaration and outer element."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n'


def xml_rows(rows: pa.Table, row: str) -> str:
    """One element a row with a child a column; NULL has no child."""
    pieces: list[Any] = [f"<{row}>"]
    for name in rows.column_names:
        child = pc.binary_join_element_wise(f"<{name}>", _escaped(rows[name]), f"</{name}>", "")
        pieces.append(pc.fill_null(child, ""))
    return _lines([*pieces, f"</{row}>\n"])


def xes_traces(rows: pa.Table, _: str) -> str:
    """One trace a case of an event log; rows of a case follow each other."""
    cases = rows["case_id"]
    is_new = pa.array([True, *pc.not_equal(cases.slice(1), cases.slice(0, len(cases) - 1)).to_pylist()])
    trace = pc.binary_join_element_wise(
        '<trace><string key="concept:name" value="', cases, '"/><string key="party" value="', rows["party_id"],
        '"/><int key="AMOUNT_REQ" value="', pc.cast(rows["amount"], pa.string()), '"/>\n', "",
    )  # fmt: skip
    is_last = pa.array([*is_new.to_pylist()[1:], True])
    pieces = [
        pc.if_else(is_new, trace, ""),
        '<event><string key="concept:name" value="', rows["step"], '"/><string key="lifecycle:transition" value="',
        rows["lifecycle"], '"/><string key="org:resource" value="', rows["resource"],
        '"/><date key="time:timestamp" value="', rows["moment"], '"/></event>', pc.if_else(is_last, "</trace>\n", "\n"),
    ]  # fmt: skip
    return _lines(pieces)


def yaml_rows(rows: pa.Table, _: str) -> str:
    """One mapping a row in flow style (JSON is YAML)."""
    return "".join(f"  - {line}\n" for line in json_lines(rows).splitlines())


def _escaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.cast(column, pa.string())
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = pc.replace_substring(text, plain, entity)
    return text


def _lines(pieces: list[Any]) -> str:
    """Joined piece by piece and row by row."""
    parts = [piece.combine_chunks() if isinstance(piece, pa.ChunkedArray) else piece for piece in pieces]
    return "".join(pc.binary_join_element_wise(*parts, "").to_pylist())
