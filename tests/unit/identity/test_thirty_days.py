"""Thirty days of records that come, change, go and return, and of stewards who decide, against a full run each day."""

import itertools
import random
from hashlib import sha256

import pyarrow as pa

from spark_jobs.identity.day import run_day
from spark_jobs.identity.decisions import standing_decisions
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.partition import links_of, partition
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.reading import memberships
from spark_jobs.identity.tables import REDIRECTS
from tests.unit.identity._bank import Memory, day_of, decisions, pairwise, records

DAYS, PERSONS = 30, 12
POLICY = Policy(largest_cluster=6, thin_from=5, least_density=0.5)


def similarity(one, two):
    """A score that depends on the two records alone: high for one person, now and then high for strangers."""
    texts = sorted(f"{record['record_key']} {record['content_hash']}" for record in (one, two))
    draw = int(sha256(" ".join(texts).encode()).hexdigest()[:6], 16) / 16**6
    is_same = one["content_hash"].split(":")[0] == two["content_hash"].split(":")[0]
    if is_same:
        return "rule:tax_id" if draw < 0.2 else round(0.9 + draw / 10, 3)
    return round(0.95 + draw, 3) if draw < 0.03 else None


class Bank:
    """Records and decisions that change at random."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.present, self.gone, self.decided, self.number = {}, {}, [], 0

    def next_day(self, day):
        for _ in range(self.draw.randint(0, 4)):
            self.number += 1
            key = f"s{self.draw.randint(1, 3)}|{self.draw.randint(100, 999)}-{self.number}"
            self.present[key] = (key, day, f"{self.draw.randint(1, PERSONS)}:0")
        for key in self.draw.sample(sorted(self.present), min(len(self.present), self.draw.randint(0, 2))):
            self.present[key] = (*self.present[key][:2], f"{self.draw.randint(1, PERSONS)}:{day}")
        for key in self.draw.sample(sorted(self.present), min(len(self.present), self.draw.randint(0, 1))):
            self.gone[key] = self.present.pop(key)
        if self.gone and self.draw.random() < 0.4:
            key = self.draw.choice(sorted(self.gone))
            self.present[key] = self.gone.pop(key)
        if len(self.present) > 1 and self.draw.random() < 0.5:
            pair = self.draw.sample(sorted(self.present), 2)
            kind = self.draw.choice(["must_link", "cannot_link", "cannot_link"])
            self.decided.append([f"d{day}", *pair, kind, day, False])
        if self.decided and self.draw.random() < 0.2:
            self.draw.choice(self.decided)[-1] = True

    def as_delivered(self, day):
        rows, decided = list(self.present.values()), list(self.decided)
        self.draw.shuffle(rows)
        self.draw.shuffle(decided)
        return Day(day_of(day), records(*rows), decisions(*decided))


def groups(journal):
    """The present partition, as a mapping of customer id to its records."""
    found = {}
    for row in memberships(journal).to_pylist():
        if row["valid_to"] is None:
            found.setdefault(row["customer_id"], set()).add(row["record_key"])
    return found


def full_run(delivered, matching):
    """The partition of everything, worked out from nothing."""
    standing = standing_decisions(delivered.decisions)
    links = links_of(matching.match(delivered.records), standing, POLICY)
    parts = partition(delivered.records.column("record_key").combine_chunks(), links, standing, POLICY)
    found = {}
    for row in parts.to_pylist():
        found.setdefault(row["cluster_key"], set()).add(row["record_key"])
    return {frozenset(one) for one in found.values()}


def last_changes(journal):
    changes = {}
    for row in journal.rows(REDIRECTS).to_pylist():
        changes[row["customer_id"]] = (row["change"], row["target_id"])
    return changes


def test_every_day_equals_a_full_run_and_unchanged_customers_keep_their_id(seed=1):
    bank, journal, matching = Bank(seed), Journal(Memory()), pairwise(similarity)
    before, changes_seen = {}, set()
    for day in range(DAYS):
        bank.next_day(day)
        delivered = bank.as_delivered(day)
        run_day(journal, delivered, matching, POLICY)
        now = groups(journal)
        assert set().union(*now.values()) == set(bank.present)
        assert sum(map(len, now.values())) == len(bank.present)
        assert {frozenset(one) for one in now.values()} == full_run(delivered, matching)
        unchanged = {frozenset(one): customer for customer, one in before.items()}
        assert all(unchanged.get(frozenset(one), customer) == customer for customer, one in now.items())
        states = last_changes(journal)
        changes_seen |= {change for change, _ in states.values()}
        assert {customer for customer, (change, _) in states.items() if change in ("issued", "revived")} == set(now)
        assert all(target in states for _, target in states.values() if target)
        before = now
    assert {"issued", "redirected", "revived", "retired"} <= changes_seen
    assert not overlaps(journal)


def overlaps(journal):
    """Records that belong to two customers on one date."""
    rows = memberships(journal).to_pylist()
    assert len(rows) > DAYS
    same = [(one, two) for one, two in itertools.pairwise(rows) if one["record_key"] == two["record_key"]]
    return [two for one, two in same if one["valid_to"] is None or one["valid_to"] > two["valid_from"]]


def test_the_recorded_order_gives_the_same_ids_and_rows_when_rebuilt():
    ledgers = []
    for _ in range(2):
        bank, tables = Bank(7), Memory()
        for day in range(DAYS // 4):
            bank.next_day(day)
            run_day(Journal(tables), bank.as_delivered(day), pairwise(similarity), POLICY)
        ledgers.append(tables)
    assert len(ledgers[0].tables) == 7
    for table, rows in ledgers[0].tables.items():
        kept = [name for name in rows.column_names if name != "recorded_at"]
        assert rows.select(kept).equals(ledgers[1].tables[table].select(kept)), table


def test_another_order_of_deliveries_gives_the_same_partition_and_ids_one_to_one():
    bank, found = Bank(4), []
    for day in range(DAYS // 4):
        bank.next_day(day)
    rows = list(bank.present.values())
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        journal = Journal(Memory())
        for day in range(4):
            delivered = records(*rows[: (day + 1) * len(rows) // 4])
            run_day(journal, Day(day_of(day), delivered, decisions(*bank.decided)), pairwise(similarity), POLICY)
        found.append({frozenset(one): customer for customer, one in groups(journal).items()})
    assert len(found[0]) > 5
    assert found[0].keys() == found[1].keys() == found[2].keys()
    assert all(len(set(one.values())) == len(one) for one in found)


def test_a_date_that_changes_nothing_adds_a_step_and_its_review_queue():
    tables = Memory()
    journal, day = Journal(tables), records(("a", 0, 1), ("b", 0, 1))
    run_day(journal, Day(day_of(0), day), pairwise(similarity), POLICY)
    before = {name: rows.num_rows for name, rows in tables.tables.items()}
    outcome = run_day(journal, Day(day_of(1), day.take(pa.array([1, 0]))), pairwise(similarity), POLICY)
    assert not outcome.is_repeated
    after = {name: rows.num_rows for name, rows in tables.tables.items()}
    assert after == before | {"identity.steps": 2, "identity.review_queue": 2}
