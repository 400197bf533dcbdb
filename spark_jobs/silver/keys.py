"""The keys that a change touches."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

BROADCAST_KEYS = 1_000_000


class Keys:
    """The touched keys, few enough to be sent to every task or joined as a table."""

    def __init__(self, columns: list[str], frame: DataFrame) -> None:
        self.columns = columns
        self.frame = F.broadcast(frame) if frame.count() <= BROADCAST_KEYS else frame

    def only(self, rows: DataFrame) -> DataFrame:
        """The rows of these keys."""
        return rows.join(self.frame, on=self.columns, how="left_semi")

    def marked(self, rows: DataFrame) -> DataFrame:
        """All rows, with `_is_touched` for those of these keys."""
        touched = self.frame.withColumn("_is_touched", F.lit(True))
        return rows.join(touched, on=self.columns, how="left").fillna(False, ["_is_touched"])
