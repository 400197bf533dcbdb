"""A date of the daily run on a hand-written silver, without Spark: done once, done again, stopped, restated."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.names import KEPT_RECORDS
from spark_jobs.identity import daily
from spark_jobs.identity.current import CUSTOMER_RECORDS, GOLDEN_ATTRIBUTES
from spark_jobs.identity.daily import resolve_customers
from spark_jobs.identity.households.history import HISTORY
from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.matching.backends import in_duckdb
from spark_jobs.identity.matching.scoring import match
from spark_jobs.identity.quality import QUALITY
from spark_jobs.identity.tables import RECORDS
from spark_jobs.ledger import Store
from spark_jobs.settings import load_settings
from tests.fixtures.silver import write_silver

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)


def party(system, party_id, since=MONDAY, **said):
    return {"source_system": system, "party_id": party_id, "party_type": "person", "valid_from": since, **said}


def decision(identity, kind, day=MONDAY, **changed):
    keys = {"left_key": "crm|P2", "right_key": "berka|P1"}
    return {"source_system": "stewardship", "decision_id": identity, **keys, "kind_code": kind, "steward_id": "s",
            "reason": "seen", "is_revoked": False, "decided_date": day, **changed}  # fmt: skip


ROWS = {
    "parties": [
        party("crm", "P1", given_name_token="t:anna", birth_date=date(1980, 2, 29)),
        party("berka", "P1", given_name_token="t:ana"),
        party("crm", "P2"),
        party("crm", "P3", TUESDAY),
    ],
    "identity_labels": [
        {"source_system": "stewardship", "left_key": "berka|P1", "right_key": "crm|P1", "is_same": True,
         "labelled_date": MONDAY},
    ],
}  # fmt: skip


@pytest.fixture
def bank(tmp_path):
    """Settings of a home, and a function that writes its silver."""
    settings = load_settings(home=tmp_path)
    write_key(settings, "the secret of this bank")

    def write(**changed):
        write_silver(tmp_path, load_catalog(), ROWS | changed)
        return settings

    return write


def write_key(settings, text):
    settings.token_key_file.write_text(text)
    settings.token_key_file.chmod(0o600)


def customers(settings):
    return {row["record_key"]: row["customer_id"] for row in table(settings, CUSTOMER_RECORDS)}


def table(settings, name):
    return Store(settings.home).read(name).to_pylist()


def line(settings):
    return [one["business_date"] for one in Journal(Store(settings.home)).line()]


def test_a_bank_without_parties_has_nothing_to_resolve(tmp_path):
    assert resolve_customers(load_settings(home=tmp_path), MONDAY) is None
    assert not (tmp_path / "tables").exists()


def test_records_of_one_party_are_one_customer_and_those_of_later_dates_are_not_yet_there(bank):
    settings = bank()
    resolve_customers(settings, MONDAY)
    found = customers(settings)
    assert set(found) == {"crm|P1", "berka|P1", "crm|P2"}
    assert found["crm|P1"] == found["berka|P1"] != found["crm|P2"]
    golden = {row["attribute"]: (row["value"], row["rule"]) for row in table(settings, GOLDEN_ATTRIBUTES)
              if row["customer_id"] == found["crm|P1"]}  # fmt: skip
    assert golden["given_name_token"] == ("t:anna", "won by priority")
    assert golden["birth_date"] == ("1980-02-29", "only value")
    assert [(row["recall_rate"], row["labelled_pairs_count"]) for row in table(settings, QUALITY)] == [(1.0, 1)]


def test_who_is_changed_by_a_later_date_lives_where_they_lived_when_the_earlier_is_run_again(bank):
    settings = bank()
    resolve_customers(settings, MONDAY)
    homes = households(settings)
    before = ROWS["parties"][2] | {"valid_to": TUESDAY, "is_current": False}
    now = ROWS["parties"][2] | {"valid_from": TUESDAY, "residence_city": "Basel"}
    bank(parties=[*ROWS["parties"][:2], before, now, ROWS["parties"][3]])
    resolve_customers(settings, TUESDAY)
    resolve_customers(settings, MONDAY)
    assert households(settings) == homes


def test_the_same_date_again_is_no_new_step(bank):
    settings = bank()
    resolve_customers(settings, MONDAY)
    assert resolve_customers(settings, MONDAY).is_repeated
    assert line(settings) == [MONDAY]


def test_a_value_that_matching_does_not_read_is_a_change_all_the_same(bank):
    settings = bank()
    resolve_customers(settings, MONDAY)
    bank(parties=[ROWS["parties"][0] | {"occupation_code": "retired"}, *ROWS["parties"][1:]])
    assert not resolve_customers(settings, MONDAY).is_repeated
    golden = {row["attribute"]: row["value"] for row in table(settings, GOLDEN_ATTRIBUTES)}
    assert golden["occupation_code"] == "retired"


def test_decisions_join_and_part_and_a_later_one_waits_for_its_date(bank):
    decided = [decision("d1", "must_link"), decision("d2", "cannot_link", TUESDAY)]
    settings = bank(identity_decisions=decided)
    resolve_customers(settings, MONDAY)
    assert len(set(customers(settings).values())) == 1
    resolve_customers(settings, TUESDAY)
    parted = customers(settings)
    assert parted["crm|P2"] != parted["crm|P1"] == parted["berka|P1"]


def test_an_earlier_date_takes_back_the_later_ones(bank):
    settings = bank()
    for day in (MONDAY, TUESDAY):
        resolve_customers(settings, day)
    assert "crm|P3" in customers(settings)
    resolve_customers(settings, MONDAY)
    assert "crm|P3" not in customers(settings)
    assert line(settings) == [MONDAY]
    assert [row["business_date"] for row in table(settings, QUALITY)] == [MONDAY]
    resolve_customers(settings, TUESDAY)
    assert line(settings) == [MONDAY, TUESDAY]


def test_a_date_stopped_before_its_tables_were_written_is_completed(bank, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    settings = bank()
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(daily, "rewrite", stop)
        resolve_customers(settings, MONDAY)
    assert resolve_customers(settings, MONDAY).is_repeated
    assert len(customers(settings)) == 3


def test_households_keep_their_ids_and_their_past_also_when_a_date_is_run_again(bank):
    couple = {"source_system": "crm", "from_party_id": "P1", "to_party_id": "P2", "relation_type_code": "spouse"}
    settings = bank(party_relations=[{**couple, "started_date": TUESDAY}])
    resolve_customers(settings, MONDAY)
    alone = households(settings)
    assert len(set(alone.values())) == 2
    for _ in range(2):
        resolve_customers(settings, TUESDAY)
        joined = households(settings)
        found = customers(settings)
        anna, bea = found["crm|P1"], found["crm|P2"]
        assert joined[anna] == joined[bea] in (alone[anna], alone[bea])
        past = {(row["customer_id"], row["household_id"]) for row in table(settings, HISTORY) if row["valid_to"]}
        moved = anna if alone[bea] == joined[bea] else bea
        assert (moved, alone[moved]) in past
        assert {row["valid_to"] for row in table(settings, HISTORY)} == {None, TUESDAY}
    assert [row["largest_household_members"] for row in table(settings, QUALITY)] == [1, 2]
    resolve_customers(settings, MONDAY)
    assert households(settings) == alone
    assert {row["valid_to"] for row in table(settings, HISTORY)} == {None}


def households(settings):
    return {row["customer_id"]: row["household_id"] for row in table(settings, HOUSEHOLD_MEMBERS)
            if row["is_primary_household"]}  # fmt: skip


def test_values_are_tokens_and_hashes_are_made_under_the_secret(bank):
    contact = {"source_system": "crm", "party_id": "P1", "contact_type_code": "email", "contact_token": "t:mail"}
    settings = bank(party_contacts=[contact])
    resolve_customers(settings, MONDAY)
    day = daily.read_day(settings, MONDAY)
    values = day.values(day.records.select(["record_key"])).to_pylist()
    assert {row["attribute"]: row["value"] for row in values if row["record_key"] == "crm|P1"} == {
        "party_type": "person", "given_name_token": "t:anna", "birth_date": "1980-02-29", "email_token": "t:mail",
    }  # fmt: skip
    write_key(settings, "the secret of another bank")
    before = dict(zip(day.records["record_key"].to_pylist(), day.records["content_hash"].to_pylist(), strict=True))
    after = daily.read_day(settings, MONDAY).records
    assert not set(before.values()) & set(after["content_hash"].to_pylist())


def test_other_code_of_the_matching_compares_every_record_again_and_changes_no_record(bank, monkeypatch):
    settings, compared = bank(), []
    resolve_customers(settings, MONDAY)
    before = customers(settings)
    monkeypatch.setattr(daily, "matching_version", lambda: "other")
    monkeypatch.setattr(
        daily, "match", lambda records, *given: compared.append(records.num_rows) or match(records, *given)
    )
    outcome = resolve_customers(settings, MONDAY)
    assert (compared, outcome.counts[RECORDS], customers(settings)) == ([3], 0, before)


def test_records_are_compared_where_the_setting_says(bank, monkeypatch):
    opened = []

    @contextmanager
    def spy(session):
        opened.append(session)
        with in_duckdb() as backend:
            yield backend

    settings = bank().model_copy(update={"matching_backend": "spark"})
    monkeypatch.setattr(daily, "in_spark", spy)
    resolve_customers(settings, MONDAY, "a session")
    assert (opened, len(customers(settings))) == (["a session"], 3)
    with pytest.raises(ValueError, match="needs a session"):
        resolve_customers(settings, TUESDAY)
    assert line(settings) == [MONDAY]


def test_the_same_date_again_leaves_the_records_that_are_kept_as_they_are(bank):
    settings = bank()
    resolve_customers(settings, MONDAY)
    kept = Store(settings.home).create(KEPT_RECORDS)
    assert {row["record_key"] for row in table(settings, KEPT_RECORDS)} == {"crm|P1", "berka|P1", "crm|P2", "crm|P3"}
    resolve_customers(settings, MONDAY)
    assert Store(settings.home).create(KEPT_RECORDS).version() == kept.version()


def test_money_at_stake_is_the_owned_share_of_the_last_balance_in_the_base_currency(bank):
    balance = {"source_system": "core", "account_id": "a1", "currency_code": "CHF"}
    settings = bank(
        account_parties=[
            {"source_system": "core", "account_id": "a1", "party_id": "P1", "role_code": "owner",
             "ownership_share_rate": Decimal("0.5")},
            {"source_system": "core", "account_id": "a1", "party_id": "P2", "role_code": "disponent"},
        ],
        account_balances=[
            {**balance, "balance_date": date(2026, 5, 29), "balance_amount": Decimal(100)},
            {**balance, "balance_date": MONDAY, "balance_amount": Decimal(300)},
            {**balance, "balance_date": TUESDAY, "balance_amount": Decimal(900)},
        ],
        fx_rates=[{"source_system": "fx", "base_currency_code": "EUR", "quote_currency_code": "CHF",
                   "rate_date": MONDAY, "rate": Decimal("0.75")}],
    )  # fmt: skip
    amounts = daily.read_day(settings, MONDAY).amounts
    assert amounts.to_pylist() == [{"record_key": "berka|P1", "amount": Decimal("200.0000")}]
