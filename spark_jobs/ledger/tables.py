"""Columns of the tables that are written without Spark: `governance.*` and `quarantine.landing_rows`."""

import pyarrow as pa

_TEXT, _COUNT, _FLAG, _DAY = pa.string(), pa.int64(), pa.bool_(), pa.date32()
_MOMENT = pa.timestamp("us", tz="UTC")

TABLES: dict[str, pa.Schema] = {
    # One record per change of a delivery's state; the last record (change_number) of a delivery_id counts.
    "governance.deliveries": pa.schema(
        [
            ("delivery_id", _TEXT),
            ("source", _TEXT),
            ("source_system", _TEXT),
            ("delivery_date", _DAY),
            ("sequence", _COUNT),
            ("file_name", _TEXT),
            ("content_hash", _TEXT),
            ("size_bytes", _COUNT),
            ("state", _TEXT),
            ("state_reason", _TEXT),
            ("delivered_rows", _COUNT),
            ("stored_rows", _COUNT),
            ("quarantined_rows", _COUNT),
            ("duplicate_rows", _COUNT),
            ("is_late", _FLAG),
            ("control_row_count", _COUNT),
            ("control_amount", pa.decimal128(38, 10)),
            ("contract_version", _TEXT),
            ("run_id", _TEXT),
            ("recorded_at", _MOMENT),
            ("change_number", _COUNT),
            ("load_mode", _TEXT),
            ("file_modified_at", _MOMENT),
        ]
    ),
    # One record per (source, business_date) and run: when a source last delivered, and whether it should have since.
    "governance.source_freshness": pa.schema(
        [
            ("source", _TEXT),
            ("source_system", _TEXT),
            ("business_date", _DAY),
            ("due_date", _DAY),
            ("last_delivery_date", _DAY),
            ("is_stale", _FLAG),
            ("reason", _TEXT),
            ("run_id", _TEXT),
            ("recorded_at", _MOMENT),
        ]
    ),
    # One record per bronze delivery, and per feed of an entity and run.
    "governance.reconciliation": pa.schema(
        [
            ("layer", _TEXT),
            ("source", _TEXT),
            ("delivery_id", _TEXT),
            ("entity", _TEXT),
            ("delivered", _COUNT),
            ("stored", _COUNT),
            ("kept", _COUNT),
            ("quarantined", _COUNT),
            ("duplicate", _COUNT),
            ("superseded", _COUNT),
            ("filtered", _COUNT),
            ("factor", pa.float64()),
            ("business_date", _DAY),
            ("run_id", _TEXT),
            ("is_balanced", _FLAG),
        ]
    ),
    # One record per change; the last record of an (entity, delivery_id) counts.
    "governance.consumed": pa.schema(
        [
            ("entity", _TEXT),
            ("delivery_id", _TEXT),
            ("is_consumed", _FLAG),
            ("run_id", _TEXT),
            ("recorded_at", _MOMENT),
        ]
    ),
    # One record per finished step; the last record of a step counts.
    "governance.steps": pa.schema(
        [
            ("step", _TEXT),
            ("fingerprint", _TEXT),
            ("outputs", _TEXT),
            ("run_id", _TEXT),
            ("recorded_at", _MOMENT),
        ]
    ),
    # One row per record that could not be read; row_number is NULL when a whole delivery was rejected.
    "quarantine.landing_rows": pa.schema(
        [
            ("source", _TEXT),
            ("delivery_id", _TEXT),
            ("delivery_date", _DAY),
            ("file_name", _TEXT),
            ("row_number", _COUNT),
            ("rule", _TEXT),
            ("reason", _TEXT),
            ("column_name", _TEXT),
            ("value", _TEXT),
            ("raw", _TEXT),
            ("contract_version", _TEXT),
            ("run_id", _TEXT),
        ]
    ),
}
