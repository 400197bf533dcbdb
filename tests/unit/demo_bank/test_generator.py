"""The generated bank is reproducible, coherent and delivered in the formats its contracts state."""

import gzip
import hashlib
import json
import zipfile
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

from infra.demo_bank.arrivals import release_arrivals
from infra.demo_bank.bank import generate
from infra.demo_bank.market import check_digit
from spark_jobs.catalog.loading import load_catalog

FIRST, LAST = "2026-06-01", "2026-06-03"


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def rows(folder: Path, source: str, day: str, delimiter: str = ";") -> list[dict]:
    shape = pyarrow.csv.ParseOptions(delimiter=delimiter)
    text = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    system, table = source.split("/")
    return pyarrow.csv.read_csv(
        folder / system / day / f"{table}.csv", parse_options=shape, convert_options=text
    ).to_pylist()


def test_same_options_give_the_same_bytes(options, bank, tmp_path):
    generate(replace(options, inbox=tmp_path))
    made = hashes(bank)
    assert len(made) > 100
    assert hashes(tmp_path) == made


def test_another_seed_gives_another_bank(options, bank, tmp_path):
    generate(replace(options, inbox=tmp_path, seed=2, only=("core_banking",)))
    name = f"core_banking/{FIRST}/postings.csv"
    assert hashes(tmp_path)[name] != hashes(bank)[name]


def test_every_demo_source_with_files_is_delivered_where_its_contract_looks(bank):
    sources = [
        one for one in load_catalog().in_environment("demo").sources.values() if one.server("demo").format != "jdbc"
    ]
    assert len({one.system for one in sources}) >= 22
    for source in sources:
        pattern = source.server("demo").path.removeprefix("{inbox}/").replace("{date}", FIRST)
        assert list(bank.glob(pattern)), source.name


def test_every_entity_is_fed_in_the_demo_bank():
    catalog = load_catalog().in_environment("demo")
    assert {name for name in catalog.entities if not catalog.feeds_of(name)} == set()


def test_closing_balance_is_opening_balance_and_the_sum_of_postings(clean_bank):
    moved, balances = defaultdict(Decimal), defaultdict(dict)
    for day in (FIRST, "2026-06-02", LAST):
        for row in rows(clean_bank, "core_banking/postings", day):
            moved[row["account_id"]] += Decimal(str(row["amount"])) * (1 if row["direction"] == "C" else -1)
        for row in rows(clean_bank, "core_banking/balances", day):
            balances[row["account_id"]][row["date"]] = Decimal(row["balance"].replace(",", "."))
    known = [account for account, by_day in balances.items() if date(2025, 5, 31) in by_day]
    assert len(known) > 500
    for account in known:
        by_day = balances[account]
        assert by_day[max(by_day)] == by_day[date(2025, 5, 31)] + moved[account].quantize(Decimal("0.01"))


def test_month_end_balance_is_the_last_balance_after_a_posting(clean_bank):
    last: dict[str, Decimal] = {}
    for row in rows(clean_bank, "core_banking/postings", FIRST):
        if row["posted"] <= date(2026, 1, 31):
            last[row["account_id"]] = Decimal(str(row["balance_after"]))
    stated = {
        row["account_id"]: Decimal(row["balance"].replace(",", "."))
        for row in rows(clean_bank, "core_banking/balances", FIRST)
        if row["date"] == date(2026, 1, 31)
    }
    assert len(last) > 300
    assert {account: stated[account] for account in last} == last


def test_closing_position_is_opening_position_and_the_sum_of_trades(clean_bank):
    held = {}
    for day in (FIRST, LAST):
        for row in pyarrow.parquet.read_table(clean_bank / "custody" / day / "positions.parquet").to_pylist():
            held[row["account"], row["instrument"], row["date"]] = row["quantity"]
    first = {account: day for account, _, day in sorted(held, key=itemgetter(2), reverse=True)}
    assert set(first.values()) > {date(2025, 5, 31)}  # and the days on which customers of the last year came
    traded = defaultdict(int)
    for day in (FIRST, "2026-06-02", LAST):
        with gzip.open(clean_bank / "custody" / day / "trades.csv.gz", "rt") as lines:
            names = next(lines).strip().split(";")
            for line in lines:
                row = dict(zip(names, line.strip().split(";"), strict=True))
                sign = 1 if row["side"] == "B" else -1
                traded[row["account"], row["instrument"]] += sign * int(row["quantity"])
    assert sum(1 for quantity in traded.values() if quantity) > 50
    for (account, instrument), quantity in traded.items():
        opening = held[account, instrument, first[account]]
        assert held[account, instrument, date.fromisoformat(LAST)] == opening + quantity


def test_accounts_belong_to_persons_of_the_relationship_system(clean_bank):
    persons = set()
    for day in (FIRST, "2026-06-02", LAST):
        with gzip.open(clean_bank / "crm" / day / "persons.jsonl.gz", "rt", encoding="utf-8") as lines:
            persons |= {json.loads(line)["personId"] for line in lines}
    owners = {row["party_id"] for row in rows(clean_bank, "core_banking/account_parties", FIRST)}
    assert len(owners) >= 290
    assert owners <= persons


def test_a_household_has_three_persons_in_ten_more_than_one(options):
    from infra.demo_bank.block import blocks
    from infra.demo_bank.market import make_market

    wide = replace(options, customers=20_000, block_size=20_000)
    persons = next(iter(blocks(wide, make_market(wide)))).persons
    households = len(set(persons["household"][:20_000].tolist()))
    assert 20_000 / households == pytest.approx(1.3, abs=0.02)


def test_wealth_follows_the_survey_within_the_clients_range(options):
    import numpy as np

    from infra.demo_bank.distributions import draw_wealth

    wealth = draw_wealth(np.random.default_rng(1), np.full(20_000, 60.0))
    assert np.quantile(wealth, 0.6) == pytest.approx(2_304_000, rel=0.05)  # upper quarter: 90th centile of all


def test_formats_are_as_foreign_as_stated(bank):
    assert (bank / "adviser_book" / FIRST / "advisers.csv").read_bytes()[:2] == b"\xff\xfe"
    assert "香港" in (bank / "crm" / FIRST / "contacts.csv").read_text(encoding="gb18030")
    with zipfile.ZipFile(bank / "instrument_master" / FIRST / "instruments.csv.zip") as archive:
        assert archive.namelist() == ["instruments.csv"]
    assert "<log" in (bank / "loan_origination" / FIRST / "applications.xes").read_text(encoding="utf-8")


def test_isin_check_digit_is_that_of_published_numbers():
    published = ("US0378331005", "CH0038863350", "GB0002634946")
    assert [check_digit(number[:11]) for number in published] == [int(number[11]) for number in published]


def test_later_dates_carry_about_one_hundredth_of_the_postings(bank):
    first, second = (len(rows(bank, "core_banking/postings", day)) for day in (FIRST, "2026-06-02"))
    assert 0.005 < second / first < 0.02


def test_late_files_move_in_when_they_arrive(bank, tmp_path):
    import shutil

    inbox = tmp_path / "inbox"
    shutil.copytree(bank, inbox)
    assert release_arrivals(inbox, date(2026, 6, 2)) == []
    late = inbox / "web_events" / "2026-06-02" / "events-2.csv.gz"
    assert release_arrivals(inbox, date(2026, 6, 3)) == [late]
    assert late.exists()
