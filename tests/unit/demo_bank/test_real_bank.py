"""Generated systems of the real bank hang on the public clients. A miniature of their files stands in for them."""

import gzip
import json

import pytest

from infra.demo_bank.bank import generate
from infra.demo_bank.options import Options

DAYS = ("2021-12-28", "2022-06-28", "2022-12-28")


@pytest.fixture
def data(tmp_path):
    clients = tmp_path / "berka_pkdd99"
    clients.mkdir()
    lines = ['"client_id";"birth_number";"district_id"', '7;"706213";18', '9;"450204";1']
    lines += [f'{number};"450204";1' for number in range(20, 80)]
    (clients / "client.asc").write_text("\r\n".join(lines) + "\r\n")
    prices = tmp_path / "equity_prices_skfolio"
    prices.mkdir()
    for name, tickers in (("sp500_dataset.csv.gz", "AAPL,AMD,BAC"), ("factors_dataset.csv.gz", "MTUM,QUAL")):
        count = tickers.count(",") + 1
        rows = "".join(f"{day}{',101.5' * count}\n" for day in DAYS)
        (prices / name).write_bytes(gzip.compress(f"Date,{tickers}\n{rows}".encode()))
    return tmp_path


def test_persons_are_the_public_clients_with_their_sex_and_birth(data, tmp_path):
    from datetime import date

    inbox = tmp_path / "inbox"
    generate(Options(inbox, date(2022, 12, 28), environment="real", data=data))
    with gzip.open(inbox / "crm" / "2022-12-28" / "persons.jsonl.gz", "rt", encoding="utf-8") as lines:
        persons = {row["personId"]: row for row in map(json.loads, lines)}
    assert (persons["berka-7"]["gender"], persons["berka-7"]["birth"]["date"]) == ("F", "1994-12-13")
    assert (persons["berka-9"]["gender"], persons["berka-9"]["birth"]["date"]) == ("M", "1969-02-04")
    assert not (inbox / "core_banking").exists()
    assert not (inbox / "fx").exists()
    assert b"US-AAPL" in (inbox / "custody" / "2022-12-28" / "positions.parquet").read_bytes()


def test_the_real_bank_needs_its_data(tmp_path):
    with pytest.raises(ValueError, match="--data"):
        generate(Options(tmp_path, environment="real"))
