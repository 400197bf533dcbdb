"""One business date of the identity ledger: what arrives, what it changes, and nothing twice."""

import json
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.assignment import Assignment, Claims, Region, assign
from spark_jobs.identity.bonds import with_reasons
from spark_jobs.identity.changes import (
    Matching,
    compare,
    decision_changes,
    edge_changes,
    edges_after,
    record_changes,
)
from spark_jobs.identity.decisions import changed_pairs, standing_decisions
from spark_jobs.identity.engine import query
from spark_jobs.identity.inputs import Day, check_records, inputs_fingerprint
from spark_jobs.identity.journal import Journal, Step
from spark_jobs.identity.partition import links_of, partition, reach
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.review import Pairs, review_queue
from spark_jobs.identity.standing import Standing
from spark_jobs.identity.survivorship import Rules, golden_values, load_rules
from spark_jobs.identity.tables import (
    DECISIONS,
    EDGES,
    GOLDEN_VALUES,
    MEMBERSHIPS,
    RECORDS,
    REDIRECTS,
    REVIEW_QUEUE,
    TABLES,
)

TOUCHED = """
select record_key from changes
union select unnest([left_key, right_key]) from edges
union select unnest([left_key, right_key]) from pairs
"""
PRESENT = """
select record_key, first_delivery_date from standing anti join changes using (record_key) where is_present
union all
select record_key, first_delivery_date from changes where is_present
"""
MEMBERS = """
select record_key, customer_id from claims anti join reached using (record_key) where change = 'opened'
union all
select record_key, customer_id from published
"""
# customers whose records are others than before, or whose records say something else
RENEWED = """
select record_key, customer_id
from published
where customer_id in (
    select customer_id from events
    union select customer_id from published semi join changes using (record_key)
)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of a date did: whether it was done before, and how many rows each table got."""

    step_id: str
    is_repeated: bool
    counts: dict[str, int]

    def __str__(self) -> str:
        told = ", ".join(f"{count} {name.removeprefix('identity.')}" for name, count in self.counts.items() if count)
        return f"step {self.step_id}: {told or 'nothing new'}"


def run_day(journal: Journal, day: Day, matching: Matching, policy: Policy, rules: Rules | None = None) -> Outcome:
    """Bring the ledger to a business date; the same inputs again change nothing.

    A date that was stopped half-way is completed by running it again. Other inputs for the last date are one more step
    of that date. Raises LateDateError, RepeatedRecordError and SurvivorshipError.
    """
    check_records(day.records)
    rules = rules or load_rules()
    declared = json.dumps({"policy": policy.text(), "survivorship": rules.digest()})
    fingerprint = inputs_fingerprint(day, matching.model_version, declared)
    line = journal.line()
    if line and (line[-1]["business_date"], line[-1]["inputs_fingerprint"]) == (day.business_date, fingerprint):
        return Outcome(line[-1]["step_id"], True, {})
    step = journal.next_step(day.business_date, fingerprint)
    last = line[-1] if line else {"policy": declared, "model_version": matching.model_version}
    plan = _Plan(journal.standing(), day, policy, step, is_redeclared=last["policy"] != declared)
    rows = plan.rows(plan.compared(matching, last["model_version"] != matching.model_version), rules)
    counts = {name: table.num_rows for name, table in rows.items()}
    journal.write(step, rows)
    journal.finish(step, matching.model_version, declared, counts)
    return Outcome(step.step_id, False, counts)


@dataclass(frozen=True, slots=True)
class _Compared:
    """Records that changed, and the edges that came, changed or went."""

    changes: pa.Table
    edges: pa.Table


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rows of a step, worked out from what stands and what arrived."""

    standing: Standing
    day: Day
    policy: Policy
    step: Step
    is_redeclared: bool

    def compared(self, matching: Matching, is_new_model: bool) -> _Compared:
        """The changes of the date; with a new model every record is compared again."""
        changes = record_changes(self.day.records, self.standing.records)
        names = changes.select(["record_key"])
        if is_new_model:
            names = query("from a union from b", a=names, b=self.day.records.select(["record_key"]))
        fresh = compare(self.day.records, names, matching) if names.num_rows else self.standing.edges.slice(0, 0)
        return _Compared(changes, edge_changes(fresh, self.standing.edges, names))

    def rows(self, compared: _Compared, rules: Rules) -> dict[str, pa.Table]:
        """The rows that the step adds, by table."""
        changes, standing = compared.changes, self.standing
        before, now = standing_decisions(standing.decisions), standing_decisions(self.day.decisions)
        edges = edges_after(standing.edges, compared.edges)
        links = links_of(edges, now, self.policy)
        present = query(PRESENT, standing=standing.records, changes=changes)
        touched = query(TOUCHED, changes=changes, edges=compared.edges, pairs=changed_pairs(before, now))
        if self.is_redeclared:
            touched = query("from a union from b", a=touched, b=present.select(["record_key"]))
        joined = pa.concat_tables(
            [one.select(["left_key", "right_key"]) for one in (links, links_of(standing.edges, before, self.policy))]
        )
        reached = reach(touched, joined)
        assignment = self._assigned(reached, compared, present, links, now)
        members = query(MEMBERS, claims=standing.claims, reached=reached, published=assignment.published)
        return {
            EDGES: compared.edges,
            RECORDS: changes,
            DECISIONS: decision_changes(self.day.decisions, standing.decisions),
            REDIRECTS: self._dated(assignment.id_events),
            MEMBERSHIPS: with_reasons(assignment.membership_events, assignment.published, links),
            GOLDEN_VALUES: self._dated(self._golden(assignment, changes, rules)),
            REVIEW_QUEUE: self._dated(self._queue(Pairs(edges, links, now), members)),
        }

    def _assigned(
        self, reached: pa.Table, compared: _Compared, present: pa.Table, links: pa.Table, decisions: pa.Table
    ) -> Assignment:
        changes = compared.changes
        records = query(
            "select present.* from present semi join reached using (record_key)", present=present, reached=reached
        )
        region = Region(
            partition(records.column("record_key").combine_chunks(), links, decisions, self.policy),
            records,
            changes.filter(changes.column("is_arrived")).select(["record_key"]),
            changes.filter(pc.invert(changes.column("is_present"))).select(["record_key"]),
        )
        before = Claims(self.standing.claims, self.standing.customers)
        return assign(before, region, self.step.number, self.day.business_date.isoformat())

    def _golden(self, assignment: Assignment, changes: pa.Table, rules: Rules) -> pa.Table:
        if self.day.values is None:
            return TABLES[GOLDEN_VALUES].empty_table()
        published, events = assignment.published, assignment.membership_events
        renewed = (
            published if self.is_redeclared else query(RENEWED, published=published, events=events, changes=changes)
        )
        values = self.day.values(renewed.select(["record_key"]))
        return golden_values(values, renewed, rules)

    def _queue(self, pairs: Pairs, members: pa.Table) -> pa.Table:
        amounts = self.day.amounts
        if amounts is None:
            amounts = pa.table({"record_key": pa.array([], pa.string()), "amount": pa.array([], pa.decimal128(20, 4))})
        return review_queue(pairs, members, amounts, self.policy)

    def _dated(self, rows: pa.Table) -> pa.Table:
        dates = pa.array([self.day.business_date] * rows.num_rows, pa.date32())
        kept = rows.drop_columns(["business_date"]) if "business_date" in rows.column_names else rows
        return kept.append_column("business_date", dates)
