"""Corrections, deletes, rows that come late or in the wrong order, and what silver is to say in the end."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.planted import Book, Planted
from infra.demo_bank.row_defects import together, with_column
from infra.demo_bank.systems import core_banking, crm
from infra.demo_bank.writing import Format

MOST = 5
"""Planted rows of one kind in a block and date."""
LATE_DAYS = 40


@dataclass(frozen=True)
class Sending:
    """A delivery about to be written, and the book that its planted rows go into."""

    block: Block
    delivery: Delivery
    layout: Format
    book: Book

    @property
    def rows(self) -> pa.Table:
        """Rows as they are so far."""
        return self.delivery.rows

    @property
    def is_last(self) -> bool:
        """Whether this is the last business date."""
        return self.delivery.date_index == self.block.options.days - 1

    def note(self, kind: str, key: str, entity: str, wanted: dict[str, dict[str, str]]) -> None:
        """Note that silver is to hold these values; a later note about the same entity and key replaces it."""
        day = self.block.options.dates[self.delivery.date_index].isoformat()
        file_key = {SOURCE_KEYS[self.delivery.source]: key}
        planted = Planted(kind, self.delivery.source, day, self.layout.file, file_key, WHAT[kind], "silver",
                          {"entity": entity, **wanted})  # fmt: skip
        self.book.add(planted, f"{entity} {key}")


SOURCE_KEYS = {"crm/persons": "personId", "core_banking/accounts": "account_id", "loyalty/movements": "id"}
WHAT = {
    "correction": "a newer version",
    "delete": "deleted",
    "out_of_order": "a version older than the one before",
    "late_row": f"a movement of {LATE_DAYS} days ago",
}
CORRECTED = {
    "risk_profile_code": "risk.profile",
    "kyc_status_code": "kyc.status",
    "preferred_channel_code": "preferred.channel",
}


def with_versions(block: Block, delivery: Delivery, layout: Format, book: Book) -> Delivery:
    """The delivery with planted versions; nothing is planted on the first date."""
    steps = {
        "crm/persons": (corrections, deletes),
        "core_banking/accounts": (out_of_order,),
        "loyalty/movements": (late_rows,),
    }
    for step in steps.get(delivery.source, ()) if delivery.date_index else ():
        delivery = delivery._replace(rows=step(Sending(block, delivery, layout, book)))
    return delivery


def corrections(sending: Sending) -> pa.Table:
    """The rows as they are; silver is to hold what a changed person's last delivery says."""
    changed = sending.rows.filter(pc.equal(sending.rows["op"], "U"))
    for row in changed.select(["personId", *CORRECTED.values()]).to_pylist():
        values = {name: str(row[path]) for name, path in CORRECTED.items()}
        sending.note("correction", row["personId"], "parties", {"key": {"party_id": row["personId"]}, "values": values})
    return sending.rows


def deletes(sending: Sending) -> pa.Table:
    """The rows and, on the last date, prospects who are deleted."""
    block = sending.block
    present, _ = crm.chosen_on(block, sending.delivery.date_index)
    prospects = np.setdiff1d(np.flatnonzero(block.persons["role"] == 1), present)[:MOST]
    if not sending.is_last or not len(prospects):
        return sending.rows
    block.persons["updated"][prospects] = block.options.day_numbers[-1] * 86_400 + 61_000
    rows = crm.persons(block, prospects, np.full(len(prospects), True))
    rows = with_column(rows, "op", pa.array(["D"] * len(prospects)))
    for person in rows["personId"].to_pylist():
        sending.note("delete", person, "parties", {"key": {"party_id": person}, "values": {"is_deleted": "true"}})
    return together(sending.rows, rows)


def out_of_order(sending: Sending) -> pa.Table:
    """The rows and, on the last date, old versions of accounts that silver knows better."""
    block = sending.block
    if not sending.is_last:
        return sending.rows
    known = np.flatnonzero(block.accounts["arrival"] == 0)[: MOST * 10]
    every = core_banking.account_rows(block, known, block.options.today * 86_400)
    is_absent = pc.invert(pc.is_in(every["account_id"], sending.rows["account_id"].combine_chunks()))
    old = every.filter(is_absent).slice(0, MOST)
    for key, status in zip(old["account_id"].to_pylist(), old["status"].to_pylist(), strict=True):
        sending.note("out_of_order", key, "accounts", {"key": {"account_id": key}, "values": {"status_code": status}})
    for name, value in {"status": "dormant", "op": "U", "changed_at": "2019-03-04T05:06:07Z"}.items():
        old = with_column(old, name, pa.array([value] * old.num_rows))
    return together(sending.rows, old)


def late_rows(sending: Sending) -> pa.Table:
    """The rows and movements of long ago."""
    late = sending.rows.slice(0, MOST)
    day = pa.array([sending.block.options.today - LATE_DAYS] * late.num_rows, pa.int32()).cast(pa.date32())
    keys = pa.array([f"{key}-L" for key in late["id"].to_pylist()], pa.string())
    late = with_column(with_column(late, "id", keys), "date", day)
    for row in late.to_pylist():
        values = {"party_id": row["customer"], "movement_date": str(row["date"]), "points": str(row["points"])}
        sending.note("late_row", row["id"], "loyalty_movements", {"key": {"movement_id": row["id"]}, "values": values})
    return pa.concat_tables([sending.rows, late])
