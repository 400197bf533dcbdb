"""Which value wins, which loses, and why."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from spark_jobs.catalog.documents import read_document
from spark_jobs.identity.day import run_day
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.reading import golden
from spark_jobs.identity.survivorship import (
    VALUES,
    Rule,
    Rules,
    SurvivorshipError,
    golden_values,
    load_rules,
)
from tests.unit.identity._bank import Memory, by_table, day_of, decisions, records

ORDER = ("verification", "priority", "recency", "completeness")
RULES = Rules(
    (
        Rule("birth_date", "single", ORDER, ("kyc", "crm")),
        Rule("city", "single", ("recency",), ()),
        Rule("email_token", "set", ORDER, ("kyc", "crm")),
    )
)
OLD, NEW = date(2025, 1, 1), date(2026, 1, 1)


def values(*rows):
    """Rows (record_key, attribute, value, observed, is_verified, valid_from, valid_to), the last four optional."""
    blank = (OLD, False, OLD, None)
    full = [(*one, *blank[len(one) - 3 :]) for one in rows]
    return pa.Table.from_pylist(
        [
            {
                "record_key": key, "source_system": key.split("|")[0], "attribute": attribute, "value": value,
                "observed_date": seen, "is_verified": is_verified, "valid_from": since, "valid_to": until,
            }
            for key, attribute, value, seen, is_verified, since, until in full
        ],
        schema=VALUES,
    )  # fmt: skip


def verdicts(*rows):
    """(record_key, value, is_golden, rule) of one customer, best first."""
    given = values(*rows)
    members = pa.table({"record_key": given.column("record_key").unique()})
    members = members.append_column("customer_id", pa.array(["c1"] * len(members), pa.string()))
    found = golden_values(given, members, RULES).to_pylist()
    return [(row["record_key"], row["value"], row["is_golden"], row["rule"]) for row in found]


def test_a_verified_value_wins_over_the_preferred_source():
    rows = [("kyc|1", "birth_date", "1970", OLD, False), ("crm|1", "birth_date", "1971", OLD, True)]
    assert verdicts(*rows) == [
        ("crm|1", "1971", True, "won by verification"),
        ("kyc|1", "1970", False, "lost by verification"),
    ]


def test_the_preferred_source_wins_over_a_later_value_and_an_unlisted_source_comes_last():
    rows = [("kyc|1", "birth_date", "1970"), ("crm|1", "birth_date", "1971", NEW), ("web|1", "birth_date", "1972", NEW)]
    assert verdicts(*rows) == [
        ("kyc|1", "1970", True, "won by priority"),
        ("crm|1", "1971", False, "lost by priority"),
        ("web|1", "1972", False, "lost by priority"),
    ]


def test_the_later_value_of_one_source_wins_and_a_value_without_a_date_loses():
    rows = [("kyc|1", "birth_date", "1970"), ("kyc|2", "birth_date", "1971", NEW), ("kyc|3", "birth_date", "1", None)]
    assert [(one[0], one[3]) for one in verdicts(*rows)] == [
        ("kyc|2", "won by recency"),
        ("kyc|1", "lost by recency"),
        ("kyc|3", "lost by recency"),
    ]


def test_of_equals_the_fuller_record_wins_and_then_the_smaller_key():
    fuller = [("kyc|2", "birth_date", "1971"), ("kyc|2", "city", "Bern"), ("kyc|1", "birth_date", "1970")]
    assert verdicts(*fuller)[0] == ("kyc|2", "1971", True, "won by completeness")
    equal = [("kyc|2", "birth_date", "1971"), ("kyc|1", "birth_date", "1970")]
    assert verdicts(*equal)[0] == ("kyc|1", "1970", True, "won by record key")


def test_a_value_that_agrees_with_the_winner_does_not_lose():
    rows = [("kyc|1", "birth_date", "1970"), ("crm|1", "birth_date", "1970")]
    assert [one[2:] for one in verdicts(*rows)] == [(True, "only value"), (False, "agrees")]


def test_an_empty_value_neither_wins_nor_loses():
    assert verdicts(("kyc|1", "birth_date", None), ("crm|1", "birth_date", "1970")) == [
        ("crm|1", "1970", True, "only value")
    ]


def test_contacts_are_a_set_in_which_each_value_has_its_validity():
    given = values(
        ("kyc|1", "email_token", "e1", NEW, False, NEW, None),
        ("crm|1", "email_token", "e1", OLD, False, OLD, NEW),
        ("crm|1", "email_token", "e2", OLD, False, OLD, NEW),
    )
    members = pa.table({"record_key": ["kyc|1", "crm|1"], "customer_id": ["c1", "c1"]})
    found = [row for row in golden_values(given, members, RULES).to_pylist() if row["is_golden"]]
    assert [(row["value"], row["rule"], row["valid_from"], row["valid_to"]) for row in found] == [
        ("e1", "kept in set", OLD, None),
        ("e2", "kept in set", OLD, NEW),
    ]
    assert golden_values(given, members, RULES).num_rows == 3


def test_an_attribute_that_no_rule_names_is_refused():
    with pytest.raises(SurvivorshipError, match="does not say which value wins of: shoe_size"):
        verdicts(("kyc|1", "shoe_size", "42"))


def test_every_mistake_of_the_declaration_is_told(tmp_path):
    file = tmp_path / "survivorship.yml"
    file.write_text("defaults: {order: [recency], sources: []}\nattributes: {a: {kind: bag}, b: {order: [luck]}}\n")
    with pytest.raises(SurvivorshipError) as told:
        load_rules(file)
    assert str(told.value).splitlines() == [
        "survivorship.yml: a: 'bag' is none of single, set",
        "survivorship.yml: b: 'luck' is none of verification, priority, recency, completeness",
    ]


def test_every_column_of_a_party_has_a_rule_and_contacts_are_sets():
    entity = read_document(Path(__file__).parents[3] / "spark_jobs/entities/parties.yml").data
    columns = {one["name"] for one in entity["schema"][0]["properties"]} - {"party_id"}
    rules = load_rules().rules
    assert len(columns) > 20
    assert {one.attribute for one in rules if one.kind == "single"} == columns
    assert {one.attribute for one in rules if one.kind == "set"} == {"address_token", "email_token", "phone_token"}


def test_an_unmerge_brings_back_every_golden_value():
    given = values(("kyc|1", "birth_date", "1970"), ("crm|1", "birth_date", "1971"), ("crm|1", "city", "Bern"))
    asked = []

    def fetch(wanted):
        asked.append(sorted(wanted.column("record_key").to_pylist()))
        return given.filter(pa.compute.is_in(given.column("record_key"), wanted.column("record_key").combine_chunks()))

    journal, rows, decided, seen = Journal(Memory()), records(("crm|1", 0, 1), ("kyc|1", 0, 1)), [], []
    for number, kind in enumerate(["", "must_link", "cannot_link", ""]):
        decided += [(f"d{number}", "crm|1", "kyc|1", kind, number)] if kind else []
        day = Day(day_of(number), rows, decisions(*decided), values=fetch)
        run_day(journal, day, by_table({}), Policy(), RULES)
        seen.append(golden(journal).drop_columns(["business_date"]).to_pylist())
    assert [len({row["customer_id"] for row in one}) for one in seen] == [2, 1, 2, 2]
    assert [row["value"] for row in seen[1] if row["is_golden"]] == ["1970", "Bern"]
    assert seen[2] == seen[0]
    assert asked == [["crm|1", "kyc|1"]] * 3 + [[]]
