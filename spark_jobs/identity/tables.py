"""Columns of the tables of the identity ledger: append-only, rows count when their step is in the line of steps."""

import pyarrow as pa

_TEXT, _COUNT, _FLAG, _DAY, _NUMBER = pa.string(), pa.int64(), pa.bool_(), pa.date32(), pa.float64()
_AMOUNT = pa.decimal128(20, 4)

STEPS, RECORDS, EDGES = "identity.steps", "identity.records", "identity.edges"
DECISIONS, MEMBERSHIPS, REDIRECTS = "identity.decisions", "identity.memberships", "identity.redirects"
REVIEW_QUEUE, GOLDEN_VALUES = "identity.review_queue", "identity.golden_values"

TABLES: dict[str, pa.Schema] = {
    # One row per step: a business date that ran to its end (the moment of truth), or a rewind, which voids steps.
    STEPS: pa.schema(
        [
            ("step_id", _TEXT),
            ("parent_id", _TEXT),
            ("step_number", _COUNT),
            ("kind", _TEXT),
            ("business_date", _DAY),
            ("inputs_fingerprint", _TEXT),
            ("model_version", _TEXT),
            ("policy", _TEXT),
            ("outputs", _TEXT),
            ("voided_ids", pa.list_(_TEXT)),
            ("recorded_at", pa.timestamp("us", tz="UTC")),
        ]
    ),
    # One row per change of a source record; the last one counts.
    RECORDS: pa.schema(
        [
            ("record_key", _TEXT),
            ("first_delivery_date", _DAY),
            ("content_hash", _TEXT),
            ("is_present", _FLAG),
            ("step_id", _TEXT),
        ]
    ),
    # One row per change of an edge (left_key, right_key, reason); the last one counts.
    EDGES: pa.schema(
        [
            ("left_key", _TEXT),
            ("right_key", _TEXT),
            ("reason", _TEXT),
            ("score", _NUMBER),
            ("model_version", _TEXT),
            ("evidence", _TEXT),
            ("is_dropped", _FLAG),
            ("step_id", _TEXT),
        ]
    ),
    # One row per change of a decision; the last one of a decision_id counts.
    DECISIONS: pa.schema(
        [
            ("decision_id", _TEXT),
            ("left_key", _TEXT),
            ("right_key", _TEXT),
            ("kind", _TEXT),
            ("decided_on", _DAY),
            ("steward", _TEXT),
            ("reason", _TEXT),
            ("is_revoked", _FLAG),
            ("is_dropped", _FLAG),
            ("step_id", _TEXT),
        ]
    ),
    # One row per change of what ties a record to a customer id: opened, redirected (closed, the record can claim the
    # id back), left (closed for good), gone (the record is no longer delivered). valid_to is exclusive.
    MEMBERSHIPS: pa.schema(
        [
            ("record_key", _TEXT),
            ("customer_id", _TEXT),
            ("change", _TEXT),
            ("reason", _TEXT),
            ("linked_to", _TEXT),
            ("score", _NUMBER),
            ("model_version", _TEXT),
            ("evidence", _TEXT),
            ("held_reason", _TEXT),
            ("joined_step", _COUNT),
            ("valid_from", _DAY),
            ("valid_to", _DAY),
            ("step_id", _TEXT),
        ]
    ),
    # One row per change of a customer id: issued, redirected (to target_id), revived, retired (no record is left).
    REDIRECTS: pa.schema(
        [
            ("customer_id", _TEXT),
            ("change", _TEXT),
            ("target_id", _TEXT),
            ("founder_key", _TEXT),
            ("founded_date", _DAY),
            ("epoch", _COUNT),
            ("split_from_id", _TEXT),
            ("business_date", _DAY),
            ("step_id", _TEXT),
        ]
    ),
    # One row per pair that a steward should see; those of the last step are the queue.
    REVIEW_QUEUE: pa.schema(
        [
            ("left_key", _TEXT),
            ("right_key", _TEXT),
            ("left_customer_id", _TEXT),
            ("right_customer_id", _TEXT),
            ("why", _TEXT),
            ("reason", _TEXT),
            ("score", _NUMBER),
            ("model_version", _TEXT),
            ("evidence", _TEXT),
            ("rank", _COUNT),
            ("value_at_stake_amount", _AMOUNT),
            ("business_date", _DAY),
            ("step_id", _TEXT),
        ]
    ),
    # One row per customer, attribute and value of a record; the rows of a customer's last step count.
    GOLDEN_VALUES: pa.schema(
        [
            ("customer_id", _TEXT),
            ("attribute", _TEXT),
            ("value", _TEXT),
            ("source_system", _TEXT),
            ("record_key", _TEXT),
            ("rule", _TEXT),
            ("rank", _COUNT),
            ("is_golden", _FLAG),
            ("observed_date", _DAY),
            ("valid_from", _DAY),
            ("valid_to", _DAY),
            ("business_date", _DAY),
            ("step_id", _TEXT),
        ]
    ),
}
