"""Corrections, deletes, rows that come late or in the wrong order, and what silver is to say in the end."""

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.planted import Book, Planted
from infra.demo_bank.row_defects import together, with_column
from infra.demo_bank.systems import core_banking, crm
from infra.demo_bank.writing import Format

MOST = 5
"""Planted rows of one kind in a block and date."""


def with_versions(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """The delivery with planted versions; nothing is planted on the first date."""
    steps = {"crm/persons": (corrections, deletes), "core_banking/accounts": (out_of_order,), "loyalty/movements": (late_rows,)}
    for step in steps.get(delivery.source, ()) if delivery.date_index else ():
        delivery = step(block, delivery, layout, book)
    return delivery


def corrections(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """Changed persons: silver is to hold what their last delivery says."""
    fields = {"risk_profile_code": "risk.profile", "kyc_status_code": "kyc.status", "preferred_channel_code": "preferred.channel"}
    changed = delivery.rows.filter(pa.compute.equal(delivery.rows["op"], "U"))
    for row in changed.select(["personId", *fields.values()]).to_pylist():
        values = {name: row[path] for name, path in fields.items()}
        expected = {"entity": "parties", "key": {"party_id": row["personId"]}, "values": values}
        planted = _planted("correction", block, delivery, layout, {"personId": row["personId"]}, "a newer version", expected)
        book.add(planted, f"correction {row['personId']}")
    return delivery


def deletes(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """Prospects who are deleted on the last date."""
    is_present = np.isin(np.arange(len(block.persons["role"])), crm.chosen_on(block, delivery.date_index)[0])
    prospects = np.flatnonzero((block.persons["role"] == 1) & ~is_present)[:MOST]
    if delivery.date_index != block.options.days - 1 or not len(prospects):
        return delivery
    block.persons["updated"][prospects] = block.options.day_numbers[-1] * 86_400 + 61_000
    rows = crm.persons(block, prospects, np.full(len(prospects), True))
    rows = with_column(rows, "op", pa.array(["D"] * len(prospects)))
    for person in rows["personId"].to_pylist():
        expected = {"entity": "parties", "key": {"party_id": person}, "values": {"is_deleted": "true"}}
        planted = _planted("delete", block, delivery, layout, {"personId": person}, "deleted", expected)
        book.add(planted, f"correction {person}")
    return delivery._replace(rows=together(delivery.rows, rows))


def out_of_order(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """Versions of accounts that are older than what silver has, on the last date."""
    if delivery.date_index != block.options.days - 1:
        return delivery
    own = block.accounts
    today = set(delivery.rows["account_id"].to_pylist())
    every = core_banking.account_rows(block, np.flatnonzero(own["arrival"] == 0)[: MOST * 10], block.options.today * 86_400)
    chosen = [place for place, key in enumerate(every["account_id"].to_pylist()) if key not in today][:MOST]
    old = every.take(pa.array(chosen))
    for key, status in zip(old["account_id"].to_pylist(), old["status"].to_pylist(), strict=True):
        expected = {"entity": "accounts", "key": {"account_id": key}, "values": {"status_code": status}}
        book.add(_planted("out_of_order", block, delivery, layout, {"account_id": key}, "an older version", expected))
    old = with_column(old, "status", pa.array(["dormant"] * old.num_rows))
    old = with_column(old, "op", pa.array(["U"] * old.num_rows))
    old = with_column(old, "changed_at", pa.array(["2019-03-04T05:06:07Z"] * old.num_rows))
    return delivery._replace(rows=together(delivery.rows, old))


def late_rows(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """Movements of long ago that come today."""
    late = delivery.rows.slice(0, MOST)
    day = pa.array([block.options.today - 40] * late.num_rows, pa.int32()).cast(pa.date32())
    keys = [f"{key}-L" for key in late["id"].to_pylist()]
    late = with_column(with_column(late, "id", pa.array(keys, pa.string())), "date", day)
    for key, person, date, points in zip(keys, *(late[name].to_pylist() for name in ("customer", "date", "points")), strict=True):
        values = {"party_id": person, "movement_date": str(date), "points": str(points)}
        expected = {"entity": "loyalty_movements", "key": {"movement_id": key}, "values": values}
        book.add(_planted("late_row", block, delivery, layout, {"id": key}, "a movement of 40 days ago", expected))
    return delivery._replace(rows=pa.concat_tables([delivery.rows, late]))


def _planted(
    kind: str, block: Block, delivery: Delivery, layout: Format, key: dict[str, str], what: str, expected: dict[str, object]
) -> Planted:
    day = block.options.dates[delivery.date_index].isoformat()
    return Planted(kind, delivery.source, day, layout.file, key, what, "silver", expected)
