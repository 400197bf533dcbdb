"""What silver holds of every public file, against numbers found without this code, read by a second engine."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.real_bank.conftest import EXPECTED, rows_of
from tests.integration.real_bank.derive import records_of, whole

pytestmark = [pytest.mark.real_data, pytest.mark.slow, pytest.mark.timeout(2400)]
Ask = Callable[[str, str], list[tuple[Any, ...]]]

FED = sorted({(source, feed["entity"]) for source, one in EXPECTED.items() for feed in one["feeds"]})
SYSTEM_ENTITIES = sorted({(source.split("/")[0], entity) for source, entity in FED})


@pytest.mark.parametrize(("source", "entity"), FED, ids=[f"{source}->{entity}" for source, entity in FED])
def test_kept_filtered_and_quarantined_of_every_feed(source: str, entity: str, built: Any) -> None:
    rows = [row for row in rows_of(built.home, "governance.reconciliation") if row["layer"] == "silver"]
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if (row["source"], row["entity"]) == (source, entity):
            found["kept"] += row["kept"]
            found["filtered"] += row["filtered"]
            found["superseded"] += row["superseded"] + row["duplicate"]
            found["quarantined"] += row["quarantined"]

    feeds = [feed for feed in EXPECTED[source]["feeds"] if feed["entity"] == entity]
    expected = {part: sum(feed.get(part, 0) for feed in feeds) for part in found}
    assert found
    assert dict(found) == expected


@pytest.mark.parametrize(("system", "entity"), SYSTEM_ENTITIES)
def test_rows_of_every_system_in_silver(system: str, entity: str, silver: Ask) -> None:
    expected = sum(
        feed["kept"]
        for source, one in EXPECTED.items()
        for feed in one["feeds"]
        if source.startswith(f"{system}/") and feed["entity"] == entity
    )

    (found,) = silver(entity, f"select count(*) from rows where source_system = '{system}' and not is_deleted")

    assert found == (expected,)


def test_postings_keep_their_money_and_move_by_24_years(silver: Ask) -> None:
    question = """
        select year(posted_date) > 2018, count(*), sum(amount), min(posted_date), max(posted_date)
        from rows where source_system = 'berka' group by all order by 1
    """

    assert silver("transactions", question) == [
        (False, 49102, Decimal("315486449.8000"), date(2017, 1, 1), date(2018, 3, 31)),
        (True, 30200, Decimal("271161617.8000"), date(2019, 4, 19), date(2022, 12, 5)),
    ]


def test_czech_and_english_labels_meet_in_one_code(silver: Ask) -> None:
    """Counted with `zcat part | cut -d';' -f4,5,8 | sort | uniq -c`, Czech plus English."""
    question = "select transaction_type_code, count(*) from rows where source_system = 'berka' group by all"

    found: dict[str, int] = dict(silver("transactions", question))

    assert found == {
        "interest": 9463 + 5130 + 64 + 43,
        "fee": 5445 + 3186,
        "pension": 1770,
        "insurance_premium": 644 + 681,
        "loan_payment": 123,
        "cash_deposit": 9759 + 5304,
        "cash_withdrawal": 651 + 13436 + 41 + 116 + 12 + 54 + 9757 + 47 + 856,
        "transfer": 2002 + 1448,
        "standing_order": 337 + 1636 + 3603 + 1549 + 2145,
    }


def test_a_day_closes_with_the_balance_the_next_day_starts_from(silver: Ask, built: Any) -> None:
    """Closing balance = the one before + the day's net flow, within a tenth a posting, but for 28 of 61,816 days."""
    from deltalake import DeltaTable

    postings = DeltaTable(built.home / "tables" / "silver" / "transactions").file_uris()
    question = f"""
        with flows as (
            select account_id, posted_date as balance_date, count(*) as postings,
                sum(if(direction_code = 'credit', amount, -amount)) as net_amount
            from read_parquet({postings!r}) where source_system = 'berka' group by all
        ),
        days as (
            select *, lag(balance_amount) over (partition by account_id order by balance_date) as amount_before
            from rows join flows using (account_id, balance_date) where source_system = 'berka'
        )
        select count(*), count_if(abs(amount_before + net_amount - balance_amount) > 0.11 * postings)
        from days where amount_before is not null
    """
    ((days, breaks),) = silver("account_balances", question)

    assert days == 63399 - 1229 - 354
    assert breaks == 28


def test_clients_have_the_sex_and_age_of_their_birth_number(silver: Ask) -> None:
    question = """
        select gender_code, count(*), min(birth_date), max(birth_date)
        from rows where source_system = 'berka' group by all order by 1
    """

    assert silver("parties", question) == [
        ("f", 2645, date(1938, 3, 1), date(2011, 9, 27)),
        ("m", 2724, date(1935, 8, 20), date(2010, 8, 13)),
    ]


def test_no_name_or_number_of_a_person_is_readable_in_silver(silver: Ask) -> None:
    assert silver("party_identifiers", "select count(*) from rows where identifier_token in ('706213', '1')") == [(0,)]
    assert silver("watchlist_entries", "select count(*) from rows where name_token ilike '%aerocaribbean%'") == [(0,)]


def test_one_euro_on_the_last_equity_day(silver: Ask) -> None:
    """`unzip -p eurofxref-hist.zip | grep ^2022-12-28`."""
    question = """
        select quote_currency_code, rate from rows
        where source_system = 'ecb' and rate_date = date '2022-12-28' and quote_currency_code in ('USD', 'CHF', 'CZK')
        order by 1
    """

    found = {code: rate.normalize() for code, rate in silver("fx_rates", question)}

    assert found == {"USD": Decimal("1.0640"), "CHF": Decimal("0.9863"), "CZK": Decimal("24.252")}


def test_complaints_of_three_layouts_read_alike(silver: Ask) -> None:
    question = (
        "select count(*), min(received_date), max(received_date), count(channel_code), count(status_code) from rows"
    )

    assert silver("complaints", question) == [(12525, date(2013, 6, 4), date(2017, 2, 23), 12525, 12525)]


def test_every_client_lives_in_the_region_of_their_district(silver: Ask, real_data: Path) -> None:
    folder = real_data / "berka_pkdd99"
    region = {row[0]: row[2] for row in whole(records_of(folder / "district.asc", ";"))}
    expected = {f"berka-{row[0]}": region[row[2]] for row in whole(records_of(folder / "client.asc", ";"))}

    found: dict[str, str] = dict(
        silver("parties", "select party_id, residence_region from rows where source_system = 'berka'")
    )

    assert len(found) == 5369
    assert found == expected
