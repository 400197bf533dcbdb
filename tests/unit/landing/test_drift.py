import pytest

from spark_jobs.catalog.models import Column, Load, Source
from spark_jobs.landing.drift import map_columns

COLUMNS = (
    Column("person_id", "string", physical_name="personId", is_key=True),
    Column("city", "string"),
    Column("birth_date", "date"),
)


def differences(*delivered, has_header=True, **drift):
    source = Source("s", "t", "1.0.0", "o", "d", COLUMNS, Load("append", drift=drift), (), ())
    mapped = map_columns(source, delivered, has_header=has_header)
    return [(one.kind, one.action, one.column) for one in mapped.differences], mapped.columns


def test_case_and_spaces_are_no_difference():
    found, columns = differences("PersonID ", "City", "birth_date")
    assert found == []
    assert columns == {"PersonID ": "person_id", "City": "city", "birth_date": "birth_date"}


@pytest.mark.parametrize(
    ("delivered", "found"),
    [
        (("personId", "city"), ("missing", "quarantine", "birth_date")),
        (("personId", "city", "birthDate"), ("renamed", "quarantine", "birth_date")),
        (("personId", "city", "birth_date", "Eye Colour"), ("added", "accept", "Eye Colour")),
        (("city", "personId", "birth_date"), ("reordered", "accept", "")),
    ],
)
def test_each_kind_of_drift_is_told_apart(delivered, found):
    assert differences(*delivered)[0] == [found]


def test_an_accepted_rename_and_an_added_column_have_bronze_names():
    _, columns = differences("personId", "city", "birthDate", "Eye Colour", renamed="accept")
    assert columns["birthDate"] == "birth_date"
    assert columns["Eye Colour"] == "eye_colour"


def test_an_added_column_takes_no_name_of_the_contract():
    assert differences("personId", "city", "birth_date", "person-id")[1]["person-id"] == "person_id_2"


def test_records_without_a_header_only_miss_what_they_need():
    assert differences("personId", has_header=False)[0] == []
    assert differences("city", has_header=False)[0] == [("missing", "quarantine", "person_id")]
