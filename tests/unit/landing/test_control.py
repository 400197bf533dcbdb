from decimal import Decimal

import pyarrow as pa
import pytest

from spark_jobs.catalog.models import ControlFile
from spark_jobs.landing.control import Control, Totals
from spark_jobs.landing.problems import RejectedDeliveryError

DECLARED = ControlFile("{stem}.ctl", "rows", "total", "amount")


@pytest.mark.parametrize(
    "text",
    [
        '{"rows": 2, "total": 10.10}',
        "rows=2\ntotal=10.10\n",
        "Rows: 2\nTotal: 10.10",
        "day;rows;total\n2026-06-01;2;10.10\n",
    ],
)
def test_the_usual_shapes_of_control_files_are_read(tmp_path, text):
    (tmp_path / "x.ctl").write_text(text)
    control = Control.read(tmp_path / "x.ctl", DECLARED)
    assert (control.row_count, control.amount) == (2, Decimal("10.10"))


@pytest.mark.parametrize("text", ["", "rows=two\ntotal=1", "{"])
def test_a_control_file_without_its_fields_rejects_the_delivery(tmp_path, text):
    (tmp_path / "x.ctl").write_text(text)
    with pytest.raises(RejectedDeliveryError, match="does not say the row count as a number in 'rows'"):
        Control.read(tmp_path / "x.ctl", DECLARED)


@pytest.mark.parametrize("values", [["0.1"] * 3, ["0,1"] * 3, ["0.1", None, "0.2", "n/a"], [" 0.1", "+0.1", "1e-1"]])
def test_sums_are_exact_and_skip_what_is_no_number(values):
    totals = Totals("amount")
    totals.add(pa.table({"amount": pa.array(values, pa.string())}))
    assert totals.amount == Decimal("0.3")


def test_an_amount_is_not_held_against_a_delivery_with_unreadable_records():
    Control(2, Decimal(5)).check(2, Decimal(3), is_all_readable=False)
    with pytest.raises(RejectedDeliveryError, match="announces a sum of 5, the rows sum to 3"):
        Control(2, Decimal(5)).check(2, Decimal(3), is_all_readable=True)
