"""Holds a lakehouse against the planted truth: what was found, what was not, and what was raised without cause."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from infra.demo_bank.planted import Planted, read_planted
from spark_jobs.catalog.names import silver_table, table_path

QUARANTINES = ("quarantine.landing_rows", "quarantine.silver_rows")
FAILING = "quarantine.failing_rows"
DELIVERIES, FRESHNESS = "governance.deliveries", "governance.source_freshness"


class Finding(NamedTuple):
    """One planted defect and whether the lakehouse shows it."""

    defect_id: str
    defect: Planted
    is_found: bool
    where: str
    """Table in which it was found, or what was seen instead."""


class Alarm(NamedTuple):
    """A row raised without a planted cause."""

    table: str
    source: str
    rule: str
    raw: str


def check(home: Path, inbox: Path) -> list[Finding]:
    """Every planted defect but duplicate persons (identity resolution finds those), found or not."""
    planted = [(key, one) for key, one in read_planted(inbox) if one.where != "identity"]
    of_kind: dict[str, list[tuple[str, Planted]]] = defaultdict(list)
    for key, one in planted:
        of_kind[one.where].append((key, one))
    found = [
        *_in_quarantine(home, of_kind["quarantine"]),
        *_in_failing_rows(home, of_kind["references"]),
        *_in_ledger(home, of_kind["ledger"]),
        *_in_freshness(home, of_kind["freshness"]),
        *_in_silver(home, of_kind["silver"]),
    ]
    return sorted(found, key=lambda finding: finding.defect_id)


def false_alarms(home: Path, inbox: Path) -> list[Alarm]:
    """Quarantined and failing rows that no planted defect explains."""
    planted = [one for _, one in read_planted(inbox)]
    keys: dict[str, set[str]] = defaultdict(set)
    for one in planted:
        keys[one.source] |= set(one.key.values())
    rejected = {(one.source, one.delivery_date) for one in planted if one.where == "ledger"}
    alarms = []
    for table in QUARANTINES:
        for row in _rows(home, table):
            is_known = (row["source"], str(row["delivery_date"])) in rejected or _names_any(
                row["raw"], keys[row["source"]]
            )
            if not is_known:
                alarms.append(Alarm(table, row["source"], str(row["rule"]), str(row["raw"])[:200]))
    everywhere = set().union(*keys.values()) if keys else set()
    for row in _rows(home, FAILING):
        text = json.dumps(row, default=str, ensure_ascii=False)
        if not any(key in text for key in everywhere):
            alarms.append(Alarm(FAILING, str(row.get("table_name", "")), str(row.get("rule", "")), text[:200]))
    return alarms


def _in_quarantine(home: Path, planted: list[tuple[str, Planted]]) -> Iterable[Finding]:
    raws: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in QUARANTINES:
        for row in _rows(home, table):
            raws[row["source"]].append((table, str(row["raw"])))
    for key, one in planted:
        places = {table for table, raw in raws[one.source] if all(value in raw for value in one.key.values())}
        yield Finding(key, one, bool(places), ", ".join(sorted(places)) or "in no quarantine")


def _in_failing_rows(home: Path, planted: list[tuple[str, Planted]]) -> Iterable[Finding]:
    texts = [
        json.dumps(row, default=str, ensure_ascii=False)
        for row in (*_rows(home, FAILING), *_rows(home, QUARANTINES[1]))
    ]
    for key, one in planted:
        names = list(one.expected["key"].values())
        is_found = any(all(name in text for name in names) for text in texts)
        yield Finding(key, one, is_found, FAILING if is_found else "among no failing rows")


def _in_ledger(home: Path, planted: list[tuple[str, Planted]]) -> Iterable[Finding]:
    seen = {
        (row["source"], str(row["delivery_date"]), row["file_name"], row["state"]) for row in _rows(home, DELIVERIES)
    }
    for key, one in planted:
        is_found = (one.source, one.delivery_date, one.file, one.expected["state"]) in seen
        yield Finding(key, one, is_found, DELIVERIES if is_found else "the ledger shows another state")


def _in_freshness(home: Path, planted: list[tuple[str, Planted]]) -> Iterable[Finding]:
    stale = {(row["source"], str(row["business_date"])) for row in _rows(home, FRESHNESS) if row["is_stale"]}
    for key, one in planted:
        is_found = (one.source, one.delivery_date) in stale
        yield Finding(key, one, is_found, FRESHNESS if is_found else "not marked stale")


def _in_silver(home: Path, planted: list[tuple[str, Planted]]) -> Iterable[Finding]:
    of_entity: dict[str, list[tuple[str, Planted]]] = defaultdict(list)
    for key, one in planted:
        of_entity[one.expected["entity"]].append((key, one))
    for entity, defects in of_entity.items():
        rows = _silver_rows(home, entity, [one for _, one in defects])
        for key, one in defects:
            wanted, system = one.expected["values"], one.source.split("/")[0]
            matching = [row for row in rows if _has(row, {**one.expected["key"], "source_system": system})]
            last = max(matching, key=lambda row: str(row.get("valid_from", "")), default=None)
            is_found = last is not None and _has(last, wanted)
            seen = str({name: _text(last.get(name)) for name in wanted}) if last else "no row"
            yield Finding(
                key, one, is_found, silver_table(entity) if is_found else f"{silver_table(entity)} says {seen}"
            )


def _silver_rows(home: Path, entity: str, planted: list[Planted]) -> list[dict[str, Any]]:
    """Rows of the entity that have one of the planted keys; a row of history has `valid_from`."""
    column = next(iter(planted[0].expected["key"]))
    values = sorted({one.expected["key"][column] for one in planted})
    names = {column, "source_system", "valid_from"}
    names |= {name for one in planted for name in (*one.expected["key"], *one.expected["values"])}
    table = _dataset(home, silver_table(entity))
    if table is None:
        return []
    wanted = [name for name in table.schema.names if name in names]
    return table.to_table(wanted, filter=ds.field(column).isin(values)).to_pylist()


def _has(row: dict[str, Any], values: dict[str, str]) -> bool:
    return all(_text(row.get(name)) == value for name, value in values.items())


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _names_any(raw: str | None, keys: set[str]) -> bool:
    try:
        values = {str(value) for value in json.loads(raw or "").values()}
    except (ValueError, AttributeError):
        return any(key in (raw or "") for key in keys)
    return bool(values & keys)


def _rows(home: Path, table: str) -> list[dict[str, Any]]:
    found = _dataset(home, table)
    return [] if found is None else found.to_table().to_pylist()


def _dataset(home: Path, table: str) -> pa.dataset.Dataset | None:
    try:
        return DeltaTable(table_path(home, table)).to_pyarrow_dataset()
    except TableNotFoundError:
        return None
