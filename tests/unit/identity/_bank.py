"""A bank in memory: records as small tuples, a matcher that compares nothing but two records, tables without files."""

from datetime import date, timedelta

import pyarrow as pa

from spark_jobs.identity.changes import Matching
from spark_jobs.identity.day import run_day
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.reading import memberships
from spark_jobs.identity.resolve import resolve
from spark_jobs.identity.tables import DECISIONS, TABLES

START = date(2026, 6, 1)
EDGE_SCHEMA = pa.schema(
    [
        ("left_key", pa.string()),
        ("right_key", pa.string()),
        ("reason", pa.string()),
        ("score", pa.float64()),
        ("model_version", pa.string()),
        ("evidence", pa.string()),
    ]
)
NO_DECISIONS = TABLES[DECISIONS].empty_table()


class Memory:
    """Tables kept in memory; `stop_after` makes the writer fail after so many commits, as a killed run would."""

    def __init__(self):
        self.tables: dict[str, pa.Table] = {}
        self.commits = 0
        self.stop_after: int | None = None

    def exists(self, table):
        return table in self.tables

    def read(self, table, condition=None):
        rows = self.tables[table]
        return rows.filter(condition) if condition is not None else rows

    def append(self, table, rows):
        self._commit()
        self.tables[table] = pa.concat_tables([self.tables[table], rows]) if table in self.tables else rows

    def replace(self, table, rows):
        self._commit()
        self.tables[table] = rows

    def _commit(self):
        if self.stop_after is not None and self.commits >= self.stop_after:
            raise KeyboardInterrupt
        self.commits += 1


def day_of(number: int) -> date:
    return START + timedelta(days=number)


def records(*rows) -> pa.Table:
    """Rows (record_key, day number of the first delivery, content)."""
    schema = pa.schema(
        [("record_key", pa.string()), ("first_delivery_date", pa.date32()), ("content_hash", pa.string())]
    )
    names = schema.names
    return pa.Table.from_pylist(
        [dict(zip(names, (key, day_of(first), str(content)), strict=True)) for key, first, content in rows], schema
    )


def edges(*rows) -> pa.Table:
    """Rows (left_key, right_key, score), or a reason in place of the score."""
    return pa.Table.from_pylist(
        [
            {
                "left_key": min(left, right),
                "right_key": max(left, right),
                "reason": what if isinstance(what, str) else "score",
                "score": None if isinstance(what, str) else what,
                "model_version": "m1",
                "evidence": '{"name": 3}',
            }
            for left, right, what in rows
        ],
        schema=EDGE_SCHEMA,
    )


def decisions(*rows) -> pa.Table:
    """Rows (decision_id, left_key, right_key, kind, day number) or with a sixth value, is_revoked."""
    names = TABLES[DECISIONS].names
    return pa.Table.from_pylist(
        [
            dict(
                zip(
                    names,
                    (one[0], *one[1:4], day_of(one[4]), "s1", "seen", *one[5:], *([False] * (6 - len(one)))),
                    strict=False,
                )
            )
            for one in rows
        ],
        schema=TABLES[DECISIONS],
    )


def pairwise(score, version="m1") -> Matching:
    """A matching that asks `score(left_record, right_record)` for a score, a reason or None, for every pair."""

    def between(pairs):
        found = []
        for left, right in pairs:
            what = score(left, right)
            if what is not None:
                found.append((left["record_key"], right["record_key"], what))
        return edges(*found)

    def match(rows):
        rows = sorted(rows.to_pylist(), key=lambda one: one["record_key"])
        return between((one, other) for place, one in enumerate(rows) for other in rows[place + 1 :])

    def match_new(new, standing):
        new = sorted(new.to_pylist(), key=lambda one: one["record_key"])
        within = ((one, other) for place, one in enumerate(new) for other in new[place + 1 :])
        across = ((one, other) for one in new for other in standing.to_pylist())
        return pa.concat_tables([between(within), between(across)])

    return Matching(match, match_new, version)


def by_table(known: dict) -> Matching:
    """A matching by a mapping of (left_key, right_key), smaller first, to a score or a reason."""
    return pairwise(lambda one, two: known.get(tuple(sorted((one["record_key"], two["record_key"])))))


class World:
    """A ledger in memory whose edges are known beforehand."""

    def __init__(self, known, policy=None):
        self.journal = Journal(Memory())
        self.known, self.policy, self.rows, self.decided, self.number = dict(known), policy or Policy(), {}, [], -1

    def day(self, *came, gone=(), decided=()):
        """One more day on which records `name` or `name:content` came, others went, and decisions were made."""
        self.number += 1
        for one in came:
            key, _, content = one.partition(":")
            first = self.rows[key][1] if key in self.rows else self.number
            self.rows[key] = (key, first, content)
        delivered = records(*(row for key, row in self.rows.items() if key not in gone))
        self.decided += [(*one, self.number) if len(one) == 4 else one for one in decided]
        day = Day(day_of(self.number), delivered, decisions(*self.decided))
        run_day(self.journal, day, by_table(self.known), self.policy)
        return self.customers()

    def customers(self):
        """Customer id of each record, now."""
        rows = memberships(self.journal).to_pylist()
        return {row["record_key"]: row["customer_id"] for row in rows if row["valid_to"] is None}

    def means(self, customer_id, day=None):
        return resolve(self.journal, customer_id, day_of(self.number if day is None else day))
