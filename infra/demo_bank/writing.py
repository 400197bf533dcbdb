"""Formats in which systems deliver: one streaming writer a file, fed with Arrow tables."""

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from infra.demo_bank import markup

ZIP_DATE = (2020, 1, 1, 0, 0, 0)
LINES: dict[str, Callable[[pa.Table, str], str]] = {
    "jsonl": markup.json_lines,
    "xml": markup.xml_rows,
    "xes": markup.xes_traces,
    "yaml": markup.yaml_rows,
}


@dataclass(frozen=True)
class Format:
    """How one table is delivered. The ending of the file name says the format and the compression."""

    file: str
    delimiter: str = ","
    encoding: str = "utf-8"
    is_quoted: bool = False
    decimal_comma: bool = False
    root: str = "rows"
    """Outer element of XML, top key of YAML."""
    row: str = "row"
    """Element of a row in XML."""
    control: str | None = None
    """Amount column whose sum goes into a control file beside it; empty for the row count alone."""

    folder: str | None = None
    """Folder in the inbox; the system's when empty."""

    @property
    def stem(self) -> str:
        """The file name without its endings."""
        return self.file.split(".")[0]

    @property
    def kind(self) -> str:
        """csv, jsonl, xml, xes, yaml or parquet."""
        return self.file.split(".")[1]


class DeliveryFile:
    """One file that grows block by block, in constant memory."""

    def __init__(self, path: Path, layout: Format) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.layout = path, layout
        self.rows, self.total = 0, Decimal(0)
        self._has_begun = False
        self._parquet: pyarrow.parquet.ParquetWriter | None = None
        self._closers: list[IO[bytes] | zipfile.ZipFile] = []
        self._sink = self._open()

    def _open(self) -> IO[bytes]:
        plain = self.path.open("wb")
        self._closers = [plain]
        if self.path.suffix == ".gz":
            packed = cast(IO[bytes], gzip.GzipFile("", "wb", compresslevel=3, fileobj=plain, mtime=0))
        elif self.path.suffix == ".zip":
            archive = zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
            self._closers.insert(0, archive)
            member = zipfile.ZipInfo(self.path.stem, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            packed = archive.open(member, "w", force_zip64=True)
        else:
            return plain
        self._closers.insert(0, packed)
        return packed

    def write(self, rows: pa.Table) -> None:
        """Append these rows; the first call writes what comes before them."""
        is_first, self._has_begun = not self._has_begun, True
        if self.layout.kind == "parquet":
            self._parquet = self._parquet or pyarrow.parquet.ParquetWriter(self._sink, rows.schema)
            self._parquet.write_table(rows)
        else:
            if is_first:
                self._sink.write(encoded(opening(self.layout, rows.column_names), self.layout, is_first=True))
            self._sink.write(body(self.layout, rows))
        self.rows += rows.num_rows
        if self.layout.control:
            self.total += pc.sum(rows[self.layout.control]).as_py() or 0

    def close(self) -> None:
        """Finish the file, and write the control file where the layout has one."""
        if self._parquet is not None:
            self._parquet.close()
        else:
            self._sink.write(encoded(closing(self.layout), self.layout))
        for closer in self._closers:
            closer.close()
        if self.layout.control is not None:
            self.write_control(self.rows, self.total)

    def write_control(self, rows: int, total: Decimal) -> None:
        """The sender's own count and sum, `name=value` a line."""
        lines = f"rows={rows}\n" + (f"sum_{self.layout.control}={total}\n" if self.layout.control else "")
        (self.path.parent / f"{self.layout.stem}.ctl").write_text(lines)


def opening(layout: Format, names: list[str]) -> str:
    """What a file of this layout begins with."""
    if layout.kind == "csv":
        return layout.delimiter.join(names) + "\n"
    return {"xml": markup.xml_opening(layout.root), "xes": markup.XES_OPENING, "yaml": f"{layout.root}:\n"}.get(
        layout.kind, ""
    )


def closing(layout: Format) -> str:
    """What a file of this layout ends with."""
    return {"xml": f"</{layout.root}>\n", "xes": markup.XES_CLOSING}.get(layout.kind, "")


def body(layout: Format, rows: pa.Table) -> bytes:
    """The rows as bytes of this layout."""
    if rows.num_rows == 0:
        return b""
    if layout.kind == "csv":
        return csv_bytes(layout, rows)
    return encoded(LINES[layout.kind](rows, layout.row), layout)


def csv_bytes(layout: Format, rows: pa.Table) -> bytes:
    """The rows as delimited text without a header."""
    if layout.decimal_comma:
        columns = [with_comma(column) if pa.types.is_decimal(column.type) else column for column in rows.columns]
        rows = pa.table(dict(zip(rows.column_names, columns, strict=True)))
    sink = io.BytesIO()
    style = "needed" if layout.is_quoted else "none"
    shape = pyarrow.csv.WriteOptions(include_header=False, delimiter=layout.delimiter, quoting_style=style)
    pyarrow.csv.write_csv(rows, sink, shape)
    raw = sink.getvalue()
    return raw if layout.encoding == "utf-8" else encoded(raw.decode(), layout)


def with_comma(amounts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals written with a comma."""
    return pc.replace_substring(pc.cast(amounts, pa.string()), ".", ",")


def encoded(text: str, layout: Format, is_first: bool = False) -> bytes:
    """Text in the layout's encoding; UTF-16 carries one byte order mark, at the beginning."""
    if layout.encoding == "utf-16":
        return (b"\xff\xfe" if is_first else b"") + text.encode("utf-16-le")
    return text.encode(layout.encoding)
