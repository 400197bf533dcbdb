from datetime import date

import pytest

from infra.demo import dates_of
from spark_jobs.settings import load_settings


@pytest.mark.parametrize(
    ("environment", "days", "last"),
    [("demo", 3, date(2026, 6, 3)), ("demo", 1, date(2026, 6, 1)), ("demo", 6, date(2026, 6, 8)),
     ("real", 2, date(2022, 12, 29)), ("real", 4, date(2023, 1, 2))],
)  # fmt: skip
def test_the_demo_runs_so_many_business_dates(tmp_path, environment, days, last):
    dates = dates_of(load_settings(home=tmp_path, environment=environment, days=days))
    assert (len(dates), dates[-1]) == (days, last)
