"""What SQL cannot say readably about the Czech bank's files (PKDD'99 Discovery Challenge)."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

FEMALE_MONTHS = 50
"""Added to the month of a woman's birth number."""
ROUNDING = 0.11
"""The bank rounds balances to a tenth and amounts to a hundredth of a crown."""
CREDITS = ("PRIJEM", "credit")
DEBITS = ("VYDAJ", "VYBER", "withdrawal", "withdrawal in cash")


def with_birth(clients: DataFrame) -> DataFrame:
    """Add birth_date (as published, not shifted) and gender_code, both read from birth_number.

    Czech birth numbers are YYMMDD, with 50 added to the month for women; all clients were born before 1999.
    """
    month = F.substring("birth_number", 3, 2).try_cast("int")
    is_female = month.between(FEMALE_MONTHS + 1, FEMALE_MONTHS + 12)
    is_male = month.between(1, 12)
    gender = F.when(is_female, F.lit("f")).when(is_male, F.lit("m"))
    return clients.withColumn("gender_code", gender).withColumn("birth_date", _birth_date(month))


def with_closing_mark(postings: DataFrame) -> DataFrame:
    """Add is_closing: true for exactly one posting per account and day, the one whose balance ended the day.

    Neither the file's order nor trans_id follows the day's order, but the balances do: each posting starts from the
    balance that another one left. The last one left a balance that no other posting of the day starts from. Where
    several are left (a day that returns to a balance it had), the smallest transaction_id decides.
    """
    day = Window.partitionBy("account_id", "posted_on")
    whole_day = day.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    opening = F.struct("transaction_id", _opening().alias("amount"))
    marked = postings.withColumn("openings", F.collect_list(opening).over(whole_day))
    ranked = marked.withColumn("is_continued", F.exists("openings", _starts_here))
    place = F.row_number().over(day.orderBy("is_continued", F.col("transaction_id").try_cast("bigint")))
    return ranked.withColumn("is_closing", place == 1).drop("openings", "is_continued")


def _birth_date(month: Column) -> Column:
    digits = F.concat(
        F.lit("19"), F.substring("birth_number", 1, 2), F.format_string("%02d", month % FEMALE_MONTHS),
        F.substring("birth_number", 5, 2),
    )  # fmt: skip
    return F.try_to_date(digits, "yyyyMMdd")


def _opening() -> Column:
    """Balance that the posting started from."""
    direction = F.col("direction")
    signed = F.when(direction.isin(*CREDITS), F.col("amount")).when(direction.isin(*DEBITS), -F.col("amount"))
    return F.col("balance_after_amount") - signed


def _starts_here(opening: Column) -> Column:
    """Whether another posting of the day starts from this posting's balance."""
    is_other = opening["transaction_id"] != F.col("transaction_id")
    is_near = F.abs(opening["amount"] - F.col("balance_after_amount")) <= F.lit(ROUNDING)
    return is_other & is_near
