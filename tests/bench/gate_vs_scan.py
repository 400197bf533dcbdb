"""20 expectations over 10 million rows against one plain scan, `sum(xxhash64(all columns))`, of the same table.

BELLWETHER_BENCH_ROWS makes it smaller.
"""

import os
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from expectations.gate import gate_tables
from expectations.results import GateRun
from infra import lakehouse
from spark_jobs.catalog.models import Catalog
from spark_jobs.session import close, connect
from spark_jobs.settings import Settings, load_settings
from tests.bench.figures import Figure, versus

ROWS = int(os.environ.get("BELLWETHER_BENCH_ROWS", "10000000"))
GOAL = 2.5
RUNS = 5
POSTINGS = f"""
    select concat('t', id) as transaction_id,
        concat('a', pmod(hash(id), 500000)) as account_id,
        date_add(date'2026-01-01', cast(id % 151 as int)) as posted_date,
        cast(pmod(hash(id, 1), 1000000) / 100.0 as decimal(20, 4)) as amount,
        element_at(array('EUR', 'CHF', 'USD', 'GBP'), cast(id % 4 + 1 as int)) as currency_code,
        element_at(array('credit', 'debit'), cast(id % 2 + 1 as int)) as direction_code,
        cast(pmod(hash(id, 2), 5000000) / 100.0 as decimal(20, 4)) as balance_amount,
        timestamp_seconds(1767225600 + id) as booked_at
    from range(0, {ROWS}, 1, 8)
"""
PRESENT = "".join(
    f"  - {{type: ExpectColumnValuesToNotBeNull, severity: critical, description: Present, column: {name}}}\n"
    for name in (
        "transaction_id", "account_id", "posted_date", "amount", "currency_code", "direction_code", "balance_amount",
        "booked_at",
    )
)  # fmt: skip
SUITE = f"""description: What a suite of postings asks.
key: [transaction_id]
expectations:
{PRESENT}
  - {{type: ExpectColumnValuesToBeUnique, severity: critical, description: Once, column: transaction_id}}
  - {{type: ExpectColumnValuesToBeInSet, severity: critical, description: Known, column: currency_code,
     value_set: [EUR, CHF, USD, GBP]}}
  - {{type: ExpectColumnValuesToBeInSet, severity: critical, description: Known, column: direction_code,
     value_set: [credit, debit]}}
  - {{type: ExpectColumnValuesToBeBetween, severity: critical, description: Plausible, column: amount,
     min_value: 0, max_value: 10000}}
  - {{type: ExpectColumnValuesToBeBetween, severity: critical, description: Mostly small, column: balance_amount,
     max_value: 49000, mostly: 0.9}}
  - {{type: ExpectColumnValueLengthsToBeBetween, severity: critical, description: Short, column: account_id,
     min_value: 2, max_value: 12}}
  - {{type: ExpectColumnValuesToMatchRegex, severity: critical, description: Formed, column: transaction_id,
     regex: "^t[0-9]+$"}}
  - {{type: ExpectTableRowCountToBeBetween, severity: critical, description: Filled, min_value: 1}}
  - {{type: ExpectColumnMaxToBeBetween, severity: critical, description: Fresh, column: posted_date,
     min_value: business_date - 5 days}}
  - {{type: ExpectColumnMeanToBeBetween, severity: critical, description: Usual, column: amount,
     min_value: 4000, max_value: 6000}}
  - {{type: ExpectColumnPairValuesAToBeGreaterThanB, severity: critical, description: Covered,
     column_A: balance_amount, column_B: amount, mostly: 0.5}}
  - {{type: ExpectRowsToMeetCondition, severity: critical, description: Booked later, column: booked_at,
     condition: booked_at >= posted_date or amount >= 0}}
"""


def measure() -> list[Figure]:
    """The figure `gate_vs_scan`: a whole gate, with results recorded and Data Docs written, against the scan."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home")
        suites = Path(folder) / "suites" / "marts"
        suites.mkdir(parents=True)
        (suites / "postings.yml").write_text(SUITE)
        lakehouse.start(settings)
        try:
            spark = connect(settings, "bench", "gate")
            path = str(settings.home / "tables" / "marts" / "postings")
            spark.sql(POSTINGS).write.format("delta").save(path)
            rows = spark.read.format("delta").load(path)
            turns = [(_gate(spark, settings, suites.parent, turn), _scan(spark, rows)) for turn in range(RUNS + 1)]
            close(spark)
        finally:
            lakehouse.stop(settings)
    what = f"20 expectations with uniqueness over {ROWS} rows of 8 columns"
    return [versus("gate_vs_scan", what, GOAL, turns[1:], "plain scan of the same table")]


def _gate(spark: SparkSession, settings: Settings, suites: Path, turn: int) -> float:
    started = time.monotonic()
    result = gate_tables(spark, settings, Catalog({}, {}), GateRun("marts", date(2026, 6, 1), f"turn-{turn}", suites))
    seconds = time.monotonic() - started
    assert result.expectations == 21, "20 of the suite, and that all of them were evaluated"
    print(f"  gate {seconds:.1f} s", flush=True)
    return seconds


def _scan(spark: Any, rows: DataFrame) -> float:
    """The sum may overflow, as sums of hashes do; ANSI mode would end the scan there."""
    from pyspark.sql import functions as F  # noqa: N812

    spark.conf.set("spark.sql.ansi.enabled", "false")
    started = time.monotonic()
    rows.agg(F.sum(F.xxhash64(*rows.columns))).collect()
    seconds = time.monotonic() - started
    spark.conf.set("spark.sql.ansi.enabled", "true")
    print(f"  scan {seconds:.1f} s", flush=True)
    return seconds
