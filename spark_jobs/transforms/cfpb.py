"""What SQL cannot say readably about the published complaints."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

DESCRIBING_COLUMNS = (
    "received_date", "product", "sub_product", "issue", "sub_issue", "company", "state", "zip_code", "consent",
    "submitted_via", "sent_date", "company_response", "is_timely", "is_disputed",
)  # fmt: skip
NULL_SIGN = "\x00"
SEPARATOR = "\x1f"


def with_row_key(complaints: DataFrame) -> DataFrame:
    """Add row_key, `<hash of the row>-<occurrence>`, for an extract without complaint numbers.

    Two complaints that agree in every column are two complaints: the occurrence, from 1, tells them apart.
    """
    parts = [F.coalesce(F.col(name).cast("string"), F.lit(NULL_SIGN)) for name in DESCRIBING_COLUMNS]
    hashed = complaints.withColumn("row_hash", F.substring(F.sha2(F.concat_ws(SEPARATOR, *parts), 256), 1, 16))
    same_row = Window.partitionBy("row_hash").orderBy("row_hash")
    occurrence = F.row_number().over(same_row)
    return hashed.withColumn("row_key", F.concat_ws("-", "row_hash", occurrence.cast("string"))).drop("row_hash")
