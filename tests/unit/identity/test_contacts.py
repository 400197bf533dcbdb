"""Telephone numbers, e-mail addresses, postal addresses, identifiers and dates that compare."""

import pyarrow as pa
import pytest

from spark_jobs.identity.matching.normalise.columns import normalised, normalised_together
from spark_jobs.identity.matching.normalise.contacts import address, email, identifier, phone
from spark_jobs.identity.matching.normalise.dates import birth_date


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("+41 (0)44 668 18 00", None, "+41446681800"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("0041446681800", "CH", "+41446681800"),
        ("+39 02 1234567", None, "+39021234567"),
        ("044 668 18 00", None, None),
        ("call me", "CH", None),
        ("12", "CH", None),
    ],
)
def test_a_telephone_number_is_e164(written, region, expected):
    assert phone(written, region) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (" Anna.Meier@Example.ORG ", "anna.meier@example.org"),
        ("anna.meier+bank@example.org", "anna.meier@example.org"),
        ("a.n.n.a@googlemail.com", "anna@gmail.com"),
        ("anna.meier", None),
        ("anna@@example.org", None),
    ],
)
def test_an_email_address_is_one_mailbox(written, expected):
    assert email(written) == expected


def test_ways_to_write_an_address_are_one():
    ways = ("Bahnhofstr. 12, 8001 Zürich", "Bahnhofstrasse 12, 8001 Zuerich", "BAHNHOFSTRAßE 12 8001 Zürich")
    assert {address(way) for way in ways} == {"bahnhofstrasse 12 8001 zurich"}


def test_a_chinese_address_is_its_reading():
    assert address("北京长安街12号") == "bei jing chang an jie 12"


def test_an_identifier_is_its_letters_and_digits():
    assert (identifier("756.1234-5"), identifier("ch 12.34"), identifier("-")) == ("75612345", "CH1234", None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1985-02-03", "1985-02-03"),
        ("03.02.1985", "1985-02-03"),
        ("19850203", "1985-02-03"),
        ("1985年2月3日", "1985-02-03"),
        ("1900-01-01", None),
        ("1985-02-30", None),
        ("unknown", None),
    ],
)
def test_a_date_of_birth_is_iso_and_unknown_ones_are_missing(written, expected):
    assert birth_date(written) == expected


def test_each_distinct_value_is_normalised_once():
    seen = []
    column = pa.chunked_array([["b", None], ["a", "b"]])
    assert normalised(column, lambda text: seen.append(text) or text.upper()).to_pylist() == ["B", None, "A", "B"]
    assert sorted(seen) == ["a", "b"]


def test_values_that_belong_together_are_normalised_together():
    columns = (pa.array(["044 668 18 00", "044 668 18 00"]), pa.array(["CH", None]))
    (phones,) = normalised_together(columns, lambda text, region: (phone(text, region),), 1)
    assert phones.to_pylist() == ["+41446681800", None]
