"""SQL of the pairs of records to look at: those of a rule, and those of a block."""

from spark_jobs.identity.matching.definition import Definition, PairRule

ALL = "records"
NEW = "new_records"
"""Tables of records; the second holds those of the first that a run is about."""


def pairs_sql(definition: Definition, is_incremental: bool = False) -> str:
    """One row per pair that a rule or a block finds and that may be one party: both keys, rule, contradiction.

    `rule` is the place of the first rule that holds, NULL where only a block found the pair. An incremental run finds
    the pairs of which at least one record is among the new ones. The SQL is DuckDB's, as that of model files.
    """
    ruled = [_pairs_of(rule, str(place), is_incremental) for place, rule in enumerate(definition.rules)]
    blocked = [_pairs_of(rule, "CAST(NULL AS INTEGER)", is_incremental) for rule in definition.blocking]
    found = "\nUNION ALL\n".join([*ruled, *blocked])
    return f"""
SELECT found.left_key, found.right_key, found.rule, {_contradiction(definition)} AS contradiction FROM (
    SELECT left_key, right_key, MIN(rule) AS rule FROM ({found}) GROUP BY left_key, right_key
) AS found{_looked_at(definition)}"""


def _pairs_of(rule: PairRule, place: str, is_incremental: bool) -> str:
    left, right = (NEW, ALL) if is_incremental else (ALL, ALL)
    agree = " AND ".join(f"l._key_{at} = r._key_{at}" for at, _ in enumerate(rule.agree))
    once = "l.record_key <> r.record_key" if is_incremental else "l.record_key < r.record_key"
    where = f" AND ({rule.where})" if rule.where else ""
    return f"""SELECT LEAST(l.record_key, r.record_key) AS left_key, GREATEST(l.record_key, r.record_key) AS right_key,
    {place} AS rule
FROM {_keyed(rule, left)} AS l JOIN {_keyed(rule, right)} AS r ON {agree} AND {once}{where}"""


def _keyed(rule: PairRule, table: str) -> str:
    """One row per record and combination of keys: lists that one SELECT unnests would go side by side instead."""
    keyed = table
    for at, key in enumerate(rule.agree):
        keyed = f"(SELECT *, {key} AS _key_{at} FROM {keyed})"
    return keyed


def _looked_at(definition: Definition) -> str:
    """Both records of a pair found, where what they say decides about the pair; without the pairs that are distinct."""
    if not (definition.distinct or definition.contradictions):
        return ""
    never = " OR ".join(f"COALESCE({one.where}, FALSE)" for one in definition.distinct) or "FALSE"
    return f"""
JOIN {ALL} AS l ON l.record_key = found.left_key
JOIN {ALL} AS r ON r.record_key = found.right_key
WHERE NOT ({never})"""


def _contradiction(definition: Definition) -> str:
    """The name of the first contradiction between the two records, or NULL."""
    cases = " ".join(f"WHEN {one.where} THEN '{one.name}'" for one in definition.contradictions)
    return f"CASE {cases} END" if cases else "CAST(NULL AS VARCHAR)"
