import datetime
import gzip
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spark_jobs.catalog.models import Column, Load, Server, Source
from spark_jobs.landing.formats import reader_of
from spark_jobs.landing.problems import RejectedDeliveryError
from spark_jobs.landing.streams import DeliveredFile
from spark_jobs.landing.tally import Tally


@pytest.fixture
def read(tmp_path):
    """Reads content in a format for declared columns: (rows, unreadable records as (number, rule, raw))."""

    def reading(kind, content, *columns, name="x", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        declared = tuple(Column(one, "string", physical_name=one) for one in columns)
        source = Source("s", "t", "1.0.0", "o", "d", declared, Load("append"), (), ())
        server, tally = Server("demo", kind, "", options=options), Tally()
        tables = list(reader_of(server)(DeliveredFile(path), source, server, tally))
        rows = [row for table in tables for row in table.to_pylist()]
        return rows, [(row["row_number"], row["rule"], row["raw"]) for row in tally.rows().to_pylist()]

    return reading


def test_json_keeps_digits_as_written_and_lists_as_json(read):
    line = (
        '{"id": 1, "amount": 12.50, "person": {"name": "王","age":3}, "tags": [1.0, "x", null], "ok": true, "n":null}'
    )
    rows, bad = read("json", f"{line}\n", "id", "person.name")
    assert bad == []
    assert rows == [
        {
            "id": "1", "amount": "12.50", "person.name": "王", "person.age": "3", "tags": '[1.0, "x", null]',
            "ok": "true", "n": None, "_row_number": 1,
        }
    ]  # fmt: skip


def test_json_lines_that_cannot_be_read_keep_their_text(read):
    content = b'{"id": 1}\n[2]\n{"id": \xff}\n\n{"id": 4}\n{"id": 5'
    rows, bad = read("json", content, "id")
    assert [(row["id"], row["_row_number"]) for row in rows] == [("1", 1), ("4", 4)]
    assert bad == [
        (2, "bad_json", "[2]"), (3, "undecodable", '{"id": \\xff}'), (5, "cut_last_line", '{"id": 5'),
    ]  # fmt: skip


def test_parquet_values_have_one_text_each(read, tmp_path):
    moment = datetime.datetime(2026, 6, 1, 8, 30)
    zoned = pa.array([moment], pa.timestamp("us", "Europe/Zurich"))
    table = pa.table(
        {
            "amount": pa.array([Decimal("1.50")], pa.decimal128(20, 4)), "day": [moment.date()], "at": [moment],
            "zoned": zoned, "rate": [0.1], "flag": [True], "items": [[1, 2]], "none": pa.nulls(1),
        }
    )  # fmt: skip
    pq.write_table(table, tmp_path / "source")
    for name in ("x.parquet", "x.parquet.gz"):
        content = (tmp_path / "source").read_bytes()
        rows, _ = read("parquet", gzip.compress(content) if name.endswith("gz") else content, name=name)
        assert rows == [
            {
                "amount": "1.5000", "day": "2026-06-01", "at": "2026-06-01T08:30:00", "zoned": "2026-06-01T08:30:00Z",
                "rate": "0.1", "flag": "true", "items": "[1, 2]", "none": None, "_row_number": 1,
            }
        ]  # fmt: skip


def test_a_cut_parquet_file_is_rejected(read):
    with pytest.raises(RejectedDeliveryError, match="no whole Parquet file"):
        read("parquet", b"PAR1 and no more")


XML = """<?xml version="1.0"?><list xmlns="urn:x"><day>1</day><people>
<person id="7"><name>A &amp; B</name><alias><as>C</as></alias><tag>x</tag><tag>y</tag><empty/></person>
<person id="8"><name>D</name></person></people></list>"""


def test_xml_rows_have_texts_attributes_and_lists(read):
    rows, bad = read("xml", XML, "@id", "name", "alias", "tag", "alias/as", row_path="people/person")
    assert bad == []
    assert rows == [
        {
            "@id": "7", "name": "A & B", "alias": '[{"as": "C"}]', "tag": '["x", "y"]', "alias/as": "C", "empty": None,
            "_row_number": 1,
        },
        {"@id": "8", "name": "D", "alias": None, "tag": None, "alias/as": None, "empty": None, "_row_number": 2},
    ]  # fmt: skip


def test_cut_xml_keeps_the_whole_rows_and_the_text_of_the_cut_one(read):
    rows, [(number, rule, raw)] = read("xml", XML[: XML.index("D</name>")], "name", row_path="person")
    assert [row["name"] for row in rows] == ["A & B"]
    assert (number, rule, raw) == (2, "bad_xml", '<person id="8"><name>')


def test_xml_entities_are_refused(read):
    bomb = '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]><l><p><n>&a;&f;</n></p></l>'
    with pytest.raises(RejectedDeliveryError, match="document type"):
        read("xml", bomb, "n", row_path="p")


def test_xes_events_carry_the_attributes_of_their_case(read):
    log = """<log><trace><string key="concept:name" value="17"/><float key="AMOUNT" value="20.0"/>
    <event><string key="concept:name" value="SUBMIT"/>
    <date key="time:timestamp" value="2012-01-01T00:00:00+01:00"/></event>
    <event><string key="concept:name" value="DECLINE"/></event></trace>
    <trace><string key="concept:name" value="18"/><event><string key="concept:name" value="SUBMIT"/></event>
    </trace></log>"""
    rows, _ = read("xes", log)
    seen = [(row["case:concept:name"], row["case:AMOUNT"], row["concept:name"], row["_row_number"]) for row in rows]
    assert seen == [("17", "20.0", "SUBMIT", 1), ("17", "20.0", "DECLINE", 2), ("18", None, "SUBMIT", 3)]
    assert rows[0]["time:timestamp"] == "2012-01-01T00:00:00+01:00"


def test_yaml_values_are_the_text_written(read):
    content = "products:\n- {id: 007, name: {en: yes}, since: 2026-06-01, tags: [a, 1.0], left: ~, quoted: '~'}\n"
    rows, bad = read("yaml", content, "id", "name.en", row_path="products")
    assert bad == []
    assert rows == [
        {
            "id": "007", "name.en": "yes", "since": "2026-06-01", "tags": '["a", "1.0"]', "left": None, "quoted": "~",
            "_row_number": 1,
        }
    ]  # fmt: skip


def test_yaml_that_breaks_off_keeps_the_records_before(read):
    rows, bad = read("yaml", "- id: 1\n- id: 2\n- id: [3\n", "id")
    assert [row["id"] for row in rows] == ["1", "2"]
    assert [(number, rule) for number, rule, _ in bad] == [(3, "bad_yaml")]


def test_yaml_aliases_are_refused(read):
    with pytest.raises(RejectedDeliveryError, match="aliases are not accepted"):
        read("yaml", "- &a {id: 1}\n- *a\n", "id")


def test_an_unknown_format_is_named():
    with pytest.raises(ValueError, match="format 'fax' is not read here; known formats: csv, jdbc, json"):
        reader_of(Server("demo", "fax", ""))
