"""Where the records of delimited text begin and end. Works on UTF-8 bytes and agrees with pyarrow's CSV parser."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spark_jobs.landing.streams import is_text, raw_text

NEWLINE, RETURN = 10, 13
_LINE_END = re.compile(rb"[\r\n]")
csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is written."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    max_record_bytes: int = 4 << 20
    """A quote that is not closed within this many bytes was never meant to be open."""

    def regular_end(self, block: bytes) -> tuple[int, int] | None:
        """(end of the last whole record, number of line ends before it); None when the block needs a careful look."""
        if self.escape and self.escape.encode() in block:
            return None
        if not self.quote or self.quote.encode() not in block:
            end = block.rfind(b"\n") + 1
            return end, block.count(b"\n")
        return _regular_end(block, ord(self.delimiter), ord(self.quote))

    def record(self, *, is_strict: bool = False) -> re.Pattern[bytes]:
        """Matches one record, without its line end; strict: nothing but a delimiter follows a closing quote."""
        delimiter, ends = re.escape(self.delimiter).encode(), rb"\r\n"
        escape = re.escape(self.escape).encode() if self.escape else b""
        escaped = rb"|" + escape + rb"." if escape else b""
        plain = rb"(?:[^" + delimiter + ends + escape + rb"]" + escaped + rb")*+"
        value = plain
        if self.quote:
            quote = re.escape(self.quote).encode()
            inside = rb"(?:[^" + quote + escape + rb"]|" + quote + quote + escaped + rb")*+"
            after = b"" if is_strict else plain
            value = rb"(?:" + quote + inside + quote + after + rb"|(?!" + quote + rb")" + plain + rb")"
        return re.compile(value + rb"(?:" + delimiter + value + rb")*+", re.DOTALL)

    def values(self, record: str) -> list[str]:
        """The values of one record."""
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        reader = csv.reader(
            [record], delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape, quoting=quoting
        )
        return next(reader, [])

    def width(self, record: bytes) -> int:
        """How many values a record has."""
        special = (self.quote or "") + (self.escape or "")
        if any(sign.encode() in record for sign in special):
            return len(self.values(record.decode("utf-8", "replace")))
        return record.count(self.delimiter.encode()) + 1


def _regular_end(block: bytes, delimiter: int, quote: int) -> tuple[int, int] | None:
    content = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(content == quote)
    opening, closing = quotes[0::2], quotes[1::2]
    before = content[np.maximum(opening - 1, 0)]
    opens_a_value = (before == delimiter) | (before == NEWLINE) | (opening == 0)
    opens_a_value[1:] |= opening[1:] == closing[: len(opening) - 1] + 1
    after = content[np.minimum(closing + 1, len(content) - 1)]
    closes_a_value = (after == delimiter) | (after == NEWLINE) | (after == RETURN) | (after == quote)
    closes_a_value |= closing == len(content) - 1
    if not (opens_a_value.all() and closes_a_value.all()):
        return None
    line_ends = np.flatnonzero(content == NEWLINE)
    is_outside = np.searchsorted(quotes, line_ends) % 2 == 0
    outside = line_ends[is_outside]
    return (int(outside[-1]) + 1, len(outside)) if len(outside) else (0, 0)


@dataclass(frozen=True)
class Record:
    """One record found by the careful scan: its text, its reason when it cannot be read."""

    content: bytes
    rule: str | None = None
    reason: str | None = None


class CarefulScan:
    """Finds records one by one. A record that spans lines and is wrong is cut back to its first line."""

    def __init__(self, dialect: Dialect, width: int) -> None:
        self._dialect, self._width = dialect, width
        self._pattern, self._strict = dialect.record(), dialect.record(is_strict=True)
        self.end = 0

    def records(self, block: bytes, *, is_last: bool) -> Iterator[Record]:
        """Whole records of the block; `end` is where the next block has to begin."""
        position = 0
        while position < len(block):
            found = self._pattern.match(block, position)
            stop = found.end() if found else position
            is_whole = stop == len(block) or block[stop] in (NEWLINE, RETURN)
            if not is_last and (stop >= len(block) - 1 or (not is_whole and self._may_go_on(block, position))):
                break
            record = self._judge(block, position, stop if is_whole else -1)
            if record.content:
                yield record
            position = _after_line_end(block, position + len(record.content))
        self.end = min(position, len(block))

    def _may_go_on(self, block: bytes, position: int) -> bool:
        return len(block) - position < self._dialect.max_record_bytes

    def _judge(self, block: bytes, start: int, stop: int) -> Record:
        line_end = _line_end(block, start)
        is_cut = line_end == len(block)
        rule = "cut_last_line" if is_cut else "unclosed_quote"
        if stop < 0:
            return Record(block[start:line_end], rule, "a quote is opened and not closed")
        content = block[start:stop]
        width = self._dialect.width(content)
        is_wrong = bool(content) and width != self._width
        if line_end < stop and (is_wrong or not self._strict.fullmatch(content)):
            return Record(block[start:line_end], "unclosed_quote", "a quote is opened and not closed on its line")
        if is_wrong:
            reason = f"{width} values where {self._width} are expected"
            return Record(content, "cut_last_line" if is_cut else "wrong_number_of_values", reason)
        if not is_text(content):
            return Record(content, "undecodable", "bytes that the declared encoding does not allow")
        return Record(content)


def _line_end(block: bytes, start: int) -> int:
    found = _LINE_END.search(block, start)
    return found.start() if found else len(block)


def _after_line_end(block: bytes, position: int) -> int:
    return position + (2 if block[position : position + 2] == b"\r\n" else 1)


def describe(record: Record) -> tuple[str, str, str]:
    """Rule, reason and raw text of a record that cannot be read."""
    return record.rule or "", record.reason or "", raw_text(record.content)
