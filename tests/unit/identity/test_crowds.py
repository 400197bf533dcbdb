"""Contacts that thousands share: no evidence, no explosion of pairs, the same customers in whatever order they came."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from spark_jobs.identity import daily
from spark_jobs.identity.daily import bank_policy, frozen_matching
from spark_jobs.identity.day import run_day
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.matching.backends import in_duckdb
from spark_jobs.identity.matching.crowds import crowded, without, without_crowds
from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.pairs import pairs_sql
from spark_jobs.settings import load_settings
from tests.unit.identity._bank import Memory, day_of
from tests.unit.identity._office import OFFICE, office, records

DEFINITION = load_definition("bank")
ABOVE, NAMES_ABOVE = 200, 20


def resolved(journal, number, known):
    """Record -> customer after one more date."""
    day = Day(day_of(number), without_crowds(known, DEFINITION))
    run_day(journal, day, frozen_matching(), bank_policy())
    claims = journal.standing().claims
    return {row["record_key"]: row["customer_id"] for row in claims.to_pylist() if row["change"] == "opened"}


def groups(customers):
    found = {}
    for record, customer in customers.items():
        found.setdefault(customer, set()).add(record)
    return {frozenset(one) for one in found.values()}


def edges(journal):
    columns = ("left_key", "right_key", "reason", "score", "evidence")
    return {tuple(row[name] for name in columns) for row in journal.standing().edges.to_pylist()}


def test_five_thousand_with_one_phone_email_and_address_are_five_thousand_customers():
    known = office(5000)
    found = groups(resolved(Journal(Memory()), 0, known))
    assert len(found) == 5000
    assert {len(one) for one in found} == {1, 2}
    assert all(len({key.split("|")[1] for key in one}) == 1 for one in found)  # two records are of one tax number
    with in_duckdb() as backend:
        backend.add("records", without_crowds(known, DEFINITION))
        assert backend.rows(pairs_sql(DEFINITION)).num_rows < 5000


def test_a_value_that_becomes_crowded_and_is_no_longer_gives_on_each_date_what_a_full_run_gives():
    """Below the bound clients with similar names and no date of birth are joined; above it nobody by the desk's."""
    days, journal = [office(20), office(5000), office(20)], Journal(Memory())
    sizes, counts = [], []
    for number, known in enumerate(days):
        customers = resolved(journal, number, known)
        whole = Journal(Memory())
        assert groups(customers) == groups(resolved(whole, number, known))
        assert edges(journal) == edges(whole)
        sizes.append(len(set(customers.values())))
        counts.append(len(edges(journal)))
    assert sizes[0] == sizes[2] < 20 and sizes[1] == 5000
    assert counts[0] == counts[2] > 5


def test_only_who_is_known_on_the_date_makes_a_crowd(tmp_path, monkeypatch):
    settings = load_settings(home=tmp_path)
    settings.token_key_file.write_text("the secret of this bank")
    settings.token_key_file.chmod(0o600)
    first, last = (office(count).to_pylist() for count in (NAMES_ABOVE, NAMES_ABOVE + 1))
    late = [row | {"first_delivery_date": day_of(1)} for row in last if row not in first]
    known = records(*first, *late)
    monkeypatch.setattr(daily, "known_records", lambda *_: known)
    before, after = (daily.read_day(settings, day_of(number)).records for number in (0, 1))
    assert set(before["phone"].to_pylist()) == {OFFICE["phone"]}
    assert set(after["phone"].to_pylist()) == {None}
    hashes = [dict(zip(*(one[name].to_pylist() for name in ("record_key", "content_hash")), strict=True))
              for one in (before, after)]  # fmt: skip
    assert len(hashes[0]) > 20
    assert all(hashes[0][key] != hashes[1][key] for key in hashes[0])


def test_order_of_records_changes_nothing():
    known = office(300)
    turned = known.take(pa.array(range(known.num_rows - 1, -1, -1)))
    first, second = (without_crowds(one, DEFINITION).sort_by("record_key") for one in (known, turned))
    assert first.equals(second)
    assert crowded(known, DEFINITION).num_rows == 3


@pytest.mark.parametrize(("count", "names", "crowds"), [
    (ABOVE, 1, []),
    (ABOVE + 1, 1, ["emails", "phones", "addresses"]),
    (NAMES_ABOVE, NAMES_ABOVE, []),
    (NAMES_ABOVE + 1, NAMES_ABOVE + 1, ["emails", "phones"]),  # many live in a large house
])  # fmt: skip
def test_the_bounds_are_the_models(count, names, crowds):
    rows = [{"record_key": str(number), "name": f"anna {number % names}", **OFFICE} for number in range(count)]
    values = crowded(records(*rows), DEFINITION).to_pylist()
    assert [row["column"] for row in values] == crowds
    assert all(row["value"] in OFFICE[row["column"]] for row in values)


def test_what_else_a_record_says_stays_and_the_next_value_is_its_first():
    own = {"emails": ["desk@broker.example", "zoe.lang@home.example"], "verified_phones": None}
    one, other = records(
        {"record_key": "a", **OFFICE, **own}, {"record_key": "b", "email": "b@home.example"}
    ).to_pylist()
    crowds = pa.table({"column": ["emails", "phones"], "value": [OFFICE["email"], OFFICE["phone"]]})
    found = without(records(one, other), crowds, DEFINITION).sort_by("record_key").to_pylist()
    assert found[1] == other
    left = {"emails": ["zoe.lang@home.example"], "verified_emails": None, "email": "zoe.lang@home.example",
            "mailbox": "zoelang", "phones": None, "phone": None}  # fmt: skip
    assert found[0] == one | left | {"content_hash": found[0]["content_hash"]}


def test_the_hash_of_a_record_tells_what_it_lost_and_no_value():
    two = {"record_key": "a", "phones": ["+411", "+412"], "phone": "+411"}
    hashes = set()
    for lost in ([], ["+411"], ["+412"], ["+411", "+412"]):
        crowds = pa.table({"column": ["phones"] * len(lost), "value": pa.array(lost, pa.string())})
        hashes.add(without(records(two), crowds, DEFINITION)["content_hash"][0].as_py())
    assert len(hashes) == 4
    other = {"record_key": "a", "phones": ["+499", "+500"], "phone": "+499", "content_hash": "h"}
    crowds = pa.table({"column": ["phones"] * 2, "value": ["+499", "+411"]})
    rehashed = [
        without(records(one), crowds, DEFINITION)["content_hash"] for one in (other, two | {"content_hash": "h"})
    ]
    assert rehashed[0].equals(rehashed[1])


def test_nobody_is_crowded_without_a_declared_crowd():
    known = office(300)
    undeclared = DEFINITION.model_copy(update={"crowds": ()})
    assert without_crowds(known, undeclared) is known
    assert pc.all(pc.is_valid(known["phone"])).as_py()
