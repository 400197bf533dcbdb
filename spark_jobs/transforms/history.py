"""The states of a key over time, from every accepted row of that key.

A row is an *event*: a state (attributes), a delete, or a sighting (`_is_void`: a snapshot row that is quarantined for
its values; the key was there, so it is not closed, but the row changes nothing). Events are ordered by the order
columns. An event counts (is effective) unless a later one was delivered on the same day or before: what arrives after
newer news is no news. Consecutive equal states are one state, that of the first row.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

EARLIER = "rows between unbounded preceding and 1 preceding"
UNTIL_NOW = "rows between unbounded preceding and current row"
HELPERS = ("_is_effective", "_closed_on", "_next", "_before", "_begins", "_after", "_end", "_ends", "_is_last")


def with_periods(events: DataFrame, keys: Sequence[str], order: Sequence[str], history: str) -> DataFrame:
    """Add `_status` (kept, duplicate, superseded), `_is_output` and the columns of a state's period.

    Expects `_state` (hash of the attributes), `_is_event`, `_is_void`, `_is_delete` and `_closes_on`: the date of the
    first later snapshot of the row's source that closes what it lacks; NULL without one.
    """
    latest_first = ", ".join(f"{name} desc nulls last" for name in order)
    by_key = f"partition by {', '.join(keys)} order by {latest_first}"
    effect = _select(events, _effect(by_key))
    begins = _select(effect, {"_before": _before(by_key)}).withColumn("_begins", _is_new_state())
    ends = _select(begins, {"_after": _after(by_key)}).withColumn("_end", _end_of_row())
    outcome = {
        "_ends": f"last(_end, true) over ({by_key} {UNTIL_NOW})",
        "_is_last": f"not coalesce(bool_or(_begins) over ({by_key} {EARLIER}), false)",
    }
    return _select(ends, outcome).withColumns(_outcome(history)).drop(*HELPERS)


def _select(rows: DataFrame, added: dict[str, str]) -> DataFrame:
    return rows.withColumns({name: F.expr(expression) for name, expression in added.items()})


def _effect(by_key: str) -> dict[str, str]:
    """Whether an event counts, the day a snapshot closed its key after it, and the event that follows it in order."""
    next_date = f"min(if(_is_event, _delivery_date, null)) over ({by_key} {EARLIER})"
    following = "if(_is_event, struct(_state, _is_delete, _is_void), null)"
    return {
        "_is_effective": f"_is_event and coalesce(_delivery_date < {next_date}, true)",
        "_closed_on": f"if(coalesce({next_date} > _closes_on, true), _closes_on, null)",
        "_next": f"last({following}, true) over ({by_key} {EARLIER})",
    }


def _before(by_key: str) -> str:
    """The state before the row, and whether it had ended."""
    tells = "_is_effective and (not _is_void or _closed_on is not null)"
    told = "struct(_state, _is_delete or _closed_on is not null as has_ended)"
    return f"lead(if({tells}, {told}, null), 1) ignore nulls over ({by_key})"


def _is_new_state() -> Column:
    is_state = F.col("_is_effective") & ~F.col("_is_void") & ~F.col("_is_delete")
    before = F.col("_before")
    return is_state & (before.isNull() | before["has_ended"] | (before["_state"] != F.col("_state")))


def _after(by_key: str) -> str:
    """The next effective event: its day, and whether it deletes or begins a state."""
    news = "struct(_delivery_date as happened_on, _is_delete, _begins)"
    return f"last(if(_is_effective, {news}, null), true) over ({by_key} {EARLIER})"


def _end_of_row() -> Column:
    """What ends the state that holds at the row, right after it: a snapshot without the key, a delete, a new state."""
    after = F.col("_after")
    closing = F.struct(F.col("_closed_on").alias("on"), F.lit(True).alias("is_deleted"))
    changing = F.struct(after["happened_on"].alias("on"), after["_is_delete"].alias("is_deleted"))
    is_changed = after["_is_delete"] | after["_begins"]
    end = F.when(F.col("_closed_on").isNotNull(), closing).when(is_changed, changing)
    return F.when(F.col("_is_effective"), end)


def _outcome(history: str) -> dict[str, Column]:
    is_shown = F.col("_begins") & (F.col("_is_last") | F.lit(history == "scd2"))
    ends = F.col("_ends")
    is_deleted = F.coalesce(ends["is_deleted"], F.lit(False))
    return {
        "_is_output": is_shown,
        "_status": F.when(is_shown, F.lit("kept")).otherwise(_other_status(history)),
        "is_deleted": is_deleted,
        "deleted_date": F.when(is_deleted, ends["on"]),
        "valid_from": F.col("_delivery_date"),
        "valid_to": ends["on"],
        "is_current": ends["on"].isNull(),
    }


def _other_status(history: str) -> Column:
    """Status of a row that is not in the table: a delete that ended a state is kept, a repetition is a duplicate."""
    before, following = F.col("_before"), F.col("_next")
    has_before = before.isNotNull() & ~before["has_ended"]
    is_effective, is_delete = F.col("_is_effective"), F.col("_is_delete")
    is_applied = is_effective & is_delete & has_before & (F.col("_is_last") | F.lit(history == "scd2"))
    repeats_before = is_effective & F.when(is_delete, before["has_ended"]).otherwise(~F.col("_begins"))
    is_same = (following["_state"] == F.col("_state")) | is_delete
    repeats_next = ~is_effective & ~following["_is_void"] & (following["_is_delete"] == is_delete) & is_same
    is_repetition = F.coalesce(repeats_before | repeats_next, F.lit(False))
    return F.when(is_applied, F.lit("kept")).when(is_repetition, F.lit("duplicate")).otherwise(F.lit("superseded"))


def with_single_period(events: DataFrame) -> DataFrame:
    """The same for events that are the only one of their key, without a window; not for snapshots."""
    is_state = ~F.col("_is_delete")
    return events.withColumns(
        {
            "_is_output": is_state,
            "_status": F.when(is_state, F.lit("kept")).otherwise(F.lit("superseded")),
            "is_deleted": F.lit(False),
            "deleted_date": F.lit(None).cast("date"),
            "valid_from": F.col("_delivery_date"),
            "valid_to": F.lit(None).cast("date"),
            "is_current": F.lit(True),
        }
    )
