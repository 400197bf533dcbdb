"""Building one entity: reruns, kills, secrets, element rows, rows without a key, and the streaming way."""

import contextlib
import io as text_io
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spark_jobs import io, runner
from spark_jobs.catalog.models import Catalog, Column, Entity, Feed, Load, Unpivot
from spark_jobs.catalog.names import table_path
from spark_jobs.ledger import Ledger
from spark_jobs.runner import build_entity
from spark_jobs.silver import classify
from spark_jobs.silver.build import Build
from spark_jobs.silver.inputs import read_inputs
from spark_jobs.silver.session import silver_session
from spark_jobs.token_key import token_key
from tests.integration import silver_world as world
from tests.integration.silver_world import day

SHOWN = ("thing_id", "amount", "is_deleted", "deleted_date")


def row(thing: str, amount: str | None = "1", **changed: str) -> dict[str, str | None]:
    return {"thing_id": thing, "amount": amount, "owner_name": "Ann", "operation": "U", **changed}


def built(spark: Any, home: Path, catalog: Catalog, run_id: str = "run", **changed: Any) -> Any:
    return build_entity(spark, catalog, world.TestSettings(home, **changed), "things", date(2026, 6, 9), run_id)


def test_without_history_the_last_state_is_shown_and_a_delete_keeps_it(spark: Any, tmp_path: Path) -> None:
    core = world.source("core")
    moments = [{"changed_at": f"2026-06-0{number}T00:00:00"} for number in range(1, 4)]
    world.deliver(tmp_path, core, day(1), [row("a", "1", **moments[0]), row("b", "1", **moments[0])])
    world.deliver(tmp_path, core, day(2), [row("a", "2", **moments[1]), row("b", None, operation="D", **moments[1])])
    result = built(spark, tmp_path, world.catalog("none", ["core"]))
    shown = [(name, None if amount is None else int(amount), *rest) for name, amount, *rest in
             world.table_rows(spark, tmp_path, "silver.things", *SHOWN)]  # fmt: skip
    assert shown == [("a", 2, False, None), ("b", 1, True, day(2))]
    assert result.is_balanced


def test_a_second_build_has_nothing_to_do(spark: Any, tmp_path: Path) -> None:
    world.deliver(tmp_path, world.source("log"), day(1), [row("a")])
    catalog = world.catalog("none", ["log"])
    assert [built(spark, tmp_path, catalog).way for _ in range(2)] == ["full", "skipped"]
    version = io.delta_table(tmp_path, "silver.things").version()
    assert version == 0


def test_another_contract_rebuilds(spark: Any, tmp_path: Path) -> None:
    world.deliver(tmp_path, world.source("log"), day(1), [row("a"), row("b", "-1")])
    built(spark, tmp_path, world.catalog("none", ["log"]))
    result = built(spark, tmp_path, world.catalog("none", ["log"], rules=(), version="1.1.0"))
    assert (result.way, result.rows, result.quarantined) == ("full", 2, 0)
    assert world.table_rows(spark, tmp_path, "quarantine.silver_rows", "row_number") == []


def test_a_kill_between_write_and_ledger_changes_nothing(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    log, catalog = world.source("log"), world.catalog("none", ["log"])
    world.deliver(tmp_path, log, day(1), [row("a")])
    built(spark, tmp_path, catalog)
    wrong = world.deliver(tmp_path, log, day(2), [row("a", "5"), row("b")])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(runner, "record", killed)
        built(spark, tmp_path, catalog, large_rows=0, merge_share=9)
    Ledger(tmp_path).withdraw(wrong, "wrong file")
    result = built(spark, tmp_path, catalog, "again")
    assert result.way == "full"
    assert [name for name, *_ in world.table_rows(spark, tmp_path, "silver.things", "thing_id", "amount")] == ["a"]


def test_withdrawing_everything_empties_the_table(spark: Any, tmp_path: Path) -> None:
    only = world.deliver(tmp_path, world.source("log"), day(1), [row("a"), row("b", "x")])
    catalog = world.catalog("none", ["log"])
    built(spark, tmp_path, catalog)
    Ledger(tmp_path).withdraw(only, "wrong file")
    built(spark, tmp_path, catalog)
    for table in ("silver.things", "vault.things", "quarantine.silver_rows"):
        assert io.read_table(spark, tmp_path, table).count() == 0


def test_the_streaming_way_gives_the_same_table(spark: Any, tmp_path_factory: Any) -> None:
    homes = [tmp_path_factory.mktemp("small"), tmp_path_factory.mktemp("large")]
    rows = [row(f"t{number % 9}", str(number % 4) if number % 7 else "x") for number in range(12)]
    for home in homes:
        (home / "token.key").write_text("0123456789abcdef")
        (home / "token.key").chmod(0o600)
        world.deliver(home, world.source("log"), day(1), rows[:8])
        world.deliver(home, world.source("log"), day(2), rows[8:])
    catalog = world.catalog("scd2", ["log"])
    small, large = built(spark, homes[0], catalog), built(spark, homes[1], catalog, large_rows=0)
    assert (small.way, large.way, large.is_balanced) == ("full", "large", True)
    columns = ("thing_id", "amount", "valid_from", "valid_to", "owner_token", "_delivery_id")
    for table, names in (("silver.things", columns), ("quarantine.silver_rows", ("delivery_id", "row_number", "rule"))):
        expected = world.table_rows(spark, homes[0], table, *names)
        assert expected
        assert world.table_rows(spark, homes[1], table, *names) == expected
    counted = [{one["delivery_id"]: one["kept"] for one in Ledger(home).reconciliation()} for home in homes]
    assert counted[0] == counted[1]


def test_the_key_is_in_no_plan_history_or_property(spark: Any, tmp_path: Path) -> None:
    chosen = world.TestSettings(tmp_path)
    world.deliver(tmp_path, world.source("log"), day(1), [row("a")])
    catalog = world.catalog("none", ["log"])
    build_entity(spark, catalog, chosen, "things", day(9), "run")
    key = token_key(chosen)
    inputs = read_inputs(catalog, Ledger(tmp_path), "things", "k")
    plan = text_io.StringIO()
    with silver_session(spark, key), contextlib.redirect_stdout(plan):
        classify.classified(Build(spark, chosen, inputs, "run", day(9)).rows(), inputs).explain("extended")
    path = table_path(tmp_path, "silver.things")
    told = [str(one.asDict()) for one in spark.sql(f"describe history delta.`{path}`").collect()]
    told += [str(one.asDict()) for one in spark.sql(f"show tblproperties delta.`{path}`").collect()]
    told += [plan.getvalue(), *(file.read_text() for file in (path / "_delta_log").glob("*.json"))]
    assert "inner_pad" in plan.getvalue()
    pads = [bytes(byte ^ pad for byte in key.ljust(64, b"\0")).hex() for pad in (0x36, 0x5C)]
    for secret in (key.decode(), key.hex(), *pads):
        assert not any(secret.lower() in one.lower() for one in told)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    chosen = world.TestSettings(tmp_path)
    token_key(chosen)
    assert stat.S_IMODE((tmp_path / "token.key").stat().st_mode) == 0o600
    (tmp_path / "token.key").chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        token_key(chosen)


def test_rows_without_a_key_are_told_apart_by_their_occurrence(spark: Any, tmp_path: Path) -> None:
    feed = Feed("things", {"thing_id": "row_key", "amount": "amount"})
    log = world.source("log", feeds=(feed,), load=Load("append"))
    rows = [row("x"), row("x"), row("y")]
    world.deliver(tmp_path, log, day(1), rows)
    world.deliver(tmp_path, log, day(2), rows[:1], sequence=1)
    catalog = Catalog({log.name: log}, {"things": world.entity("none")})
    result = built(spark, tmp_path, catalog)
    assert (result.rows, result.is_balanced) == (3, True)
    assert sum(one["duplicate"] for one in Ledger(tmp_path).reconciliation()) == 1


def test_unpivoted_columns_balance_by_their_factor(spark: Any, tmp_path: Path) -> None:
    columns = (Column("rate_date", "date", is_key=True), Column("usd", "decimal(20,4)"), Column("chf", "decimal(20,4)"))
    feed = Feed(
        "things", {"thing_id": "concat(currency, '/', rate_date)", "amount": "rate"}, where="rate is not null",
        unpivot=Unpivot(("rate_date",), "currency", "rate"),
    )  # fmt: skip
    rates = replace(world.source("log"), columns=columns, feeds=(feed,), rules=(), load=Load("append", ("rate_date",)))
    texts = [("2026-06-01", "1.1", None), ("2026-06-02", "1.2", "0.9"), ("2026-06-03", "?", "0.9")]
    world.deliver(tmp_path, rates, day(3), [dict(zip(("rate_date", "usd", "chf"), one, strict=True)) for one in texts])
    built(spark, tmp_path, Catalog({rates.name: rates}, {"things": world.entity("none")}))
    (counted,) = Ledger(tmp_path).reconciliation()
    names = ("stored", "kept", "filtered", "quarantined", "delivered", "is_balanced")
    assert [counted[name] for name in names] == [3, 3, 1, 1, 5, True]


def test_an_expression_that_cannot_be_computed_is_a_quarantine_reason(spark: Any, tmp_path: Path) -> None:
    feed = Feed("things", {"thing_id": "thing_id", "amount": "cast(owner_name as int) / 0"})
    columns = (Column("thing_id", "string", is_key=True), Column("amount", "decimal(20,4)", is_required=True))
    log = world.source("log", feeds=(feed,))
    world.deliver(tmp_path, log, day(1), [row("a")])
    entity = Entity("things", "1.0.0", "Tests", "One row per thing.", columns)
    assert built(spark, tmp_path, Catalog({log.name: log}, {"things": entity})).quarantined == 1
    (told,) = world.table_rows(spark, tmp_path, "quarantine.silver_rows", "rule", "reason", "raw")
    assert told[:2] == ("missing:amount", "things.amount is required and NULL")
    assert '"thing_id":"a"' in told[2]
