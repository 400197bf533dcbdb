import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_jobs.catalog.models import Column, Load, Server, Source
from spark_jobs.landing import streams
from spark_jobs.landing.formats import delimited
from spark_jobs.landing.formats.delimited import read_delimited
from spark_jobs.landing.formats.records import Dialect
from spark_jobs.landing.problems import RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.landing.tally import Tally

CSV = Server("demo", "csv", "{inbox}/x.csv")


def source_of(*names):
    return Source("s", "t", "1.0.0", "o", "d", tuple(Column(name, "string") for name in names), Load("append"), (), ())


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Reads bytes as a delivery: (header, rows with their number, unreadable records, tally)."""
    folder = tmp_path_factory.mktemp("files")

    def reading(content, server=CSV, columns=("a", "b")):
        path = folder / "x.csv"
        path.write_bytes(content)
        tally, file = Tally(), DeliveredFile(path, server.encoding, server.options)
        first, *tables = read_delimited(file, source_of(*columns), server, tally)
        rows = [tuple(row.values()) for table in tables for row in table.to_pylist()]
        bad = [(row["row_number"], row["rule"], row["raw"]) for row in tally.rows().to_pylist()]
        return first.column_names[:-1], rows, bad, tally.delivered

    return reading


def test_rows_are_text_with_their_number(read):
    header, rows, bad, delivered = read(b'a,b\n1,x\n"2, or 3",\n')
    assert (header, bad, delivered) == (["a", "b"], [], 2)
    assert rows == [("1", "x", 1), ("2, or 3", None, 2)]


def test_a_record_with_too_few_or_too_many_values_keeps_its_text_and_number(read):
    _, rows, bad, delivered = read(b"a,b\n1,x\n2\n3,y,z\n4,w\n")
    assert rows == [("1", "x", 1), ("4", "w", 4)]
    assert bad == [(2, "wrong_number_of_values", "2"), (3, "wrong_number_of_values", "3,y,z")]
    assert delivered == 4


def test_the_cut_last_line_is_named_so(read):
    _, rows, bad, _ = read(b'a,b\n1,x\n2,"PRIJE')
    assert rows == [("1", "x", 1)]
    assert bad == [(2, "cut_last_line", '2,"PRIJE')]


def test_an_unclosed_quote_costs_one_line_and_not_the_rest(read):
    _, rows, bad, _ = read(b'a,b\n1,"x\n2,y\n3,"z"\n4,w\n')
    assert bad == [(1, "unclosed_quote", '1,"x')]
    assert rows == [("2", "y", 2), ("3", "z", 3), ("4", "w", 4)]


def test_a_quoted_value_may_hold_line_breaks(read):
    _, rows, bad, _ = read(b'a,b\n1,"x\ny"\n2,z\n')
    assert rows == [("1", "x\ny", 1), ("2", "z", 2)]
    assert bad == []


def test_bytes_that_are_no_text_are_a_reason_and_never_a_replacement_character(read):
    _, rows, bad, _ = read(b"a,b\n1,x\n2,\xff\n3,y\n")
    assert rows == [("1", "x", 1), ("3", "y", 3)]
    assert bad == [(2, "undecodable", "2,\\xff")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "latin-1", "cp1252"])
def test_declared_encodings_are_decoded(read, encoding):
    text = "a,b\n1,Zoë\n2,Müller\n" if encoding in ("latin-1", "cp1252") else "a,b\n1,王芳\n2,Zoë\n"
    _, rows, bad, _ = read(text.encode(encoding), replace(CSV, encoding=encoding))
    assert [row[1] for row in rows] == [line.split(",")[1] for line in text.split()[1:]]
    assert bad == []


def test_a_byte_order_mark_is_no_part_of_the_first_column(read):
    assert read(b"\xef\xbb\xbfa,b\n1,2\n")[0] == ["a", "b"]


def test_undecodable_utf_16_shows_its_bytes(read):
    content = "a,b\n1,x\n".encode("utf-16-le") + b"2\x00,\x00\x00\xd8\n\x003\x00,\x00y\x00\n\x00"
    _, rows, bad, _ = read(content, replace(CSV, encoding="utf-16-le"))
    assert [row[0] for row in rows] == ["1", "3"]
    assert [(number, rule) for number, rule, _ in bad] == [(2, "undecodable")]
    assert "\ufffd" not in bad[0][2] and "\\x" in bad[0][2]


def test_declared_nulls_trailing_delimiter_and_skipped_rows(read):
    options = {"trailing_delimiter": "True", "skip_rows": "1"}
    server = replace(CSV, delimiter="|", null_values=("", "-0-"), options=options)
    _, rows, bad, _ = read(b"report of today\na|b|\n1|-0-|\n", server)
    assert (rows, bad) == ([("1", None, 1)], [])


def test_without_a_header_the_position_decides(read):
    header, rows, _, _ = read(b"1,x\n2,y\n", replace(CSV, has_header=False), ("id", "name"))
    assert header == ["id", "name"]
    assert rows == [("1", "x", 1), ("2", "y", 2)]


@pytest.mark.parametrize(("content", "rule"), [(b"", "no_header"), (b"a,a\n1,2\n", "repeated_column")])
def test_a_file_without_a_usable_header_is_rejected(read, content, rule):
    with pytest.raises(RejectedDeliveryError) as rejection:
        read(content)
    assert rejection.value.rule == rule


PIECE = st.sampled_from([",", "\n", '"', "\r\n", "a", "b", "é", '""', " ", "x,y\n", '"q",z\n', "\n\n", "\r"])
BYTES = st.lists(st.one_of(PIECE.map(str.encode), st.just(b"\xff")), max_size=40).map(b"".join)


@settings(max_examples=400, deadline=None)
@given(BYTES, st.integers(1, 12))
def test_fast_and_careful_reading_agree_whatever_the_size_of_blocks(read, content, size):
    server = replace(CSV, has_header=False, options={"max_record_bytes": "1000"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "BLOCK", size)
        fast = read(content, server)
        patch.setattr(streams, "BLOCK", 1 << 20)
        patch.setattr(delimited, "_parse_fast", lambda *_: None)
        patch.setattr(Dialect, "regular_end", lambda *_: None)
        careful = read(content, server)
    assert fast == careful


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(*[st.text(st.sampled_from('ab",\n é;'), max_size=6)] * 3), max_size=30), st.integers(8, 60))
def test_what_the_csv_module_writes_is_read_back(read, rows, size):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "BLOCK", size)
        _, found, bad, _ = read(text.getvalue().encode(), replace(CSV, has_header=False, null_values=()), "abc")
    assert bad == []
    assert [row[:-1] for row in found] == rows
