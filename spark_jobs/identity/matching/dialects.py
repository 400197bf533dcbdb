"""SQL of model files, which is DuckDB's, in the words of another backend."""

import sqlglot
from sqlglot import exp

DUCKDB = "duckdb"
SPLINKS_OWN = {"JARO_WINKLER_SIMILARITY": "jaro_winkler", "JAROWINKLER_SIMILARITY": "jaro_winkler",
               "DAMERAU_LEVENSHTEIN": "damerau_levenshtein"}  # fmt: skip
"""Functions that Spark does not have, by their name in DuckDB or sqlglot: as Splink names them, see `similarity`."""


def translated(sql: str, dialect: str) -> str:
    """The SQL in that dialect: an expression or a query. Raises sqlglot's ParseError where it cannot be read."""
    if dialect == DUCKDB:
        return sql
    return sqlglot.parse_one(sql, read=DUCKDB).transform(_in_spark).sql(dialect)


def _in_spark(node: exp.Expression) -> exp.Expression:
    """What sqlglot does not translate on its own."""
    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="arrays_overlap", expressions=[node.this, node.expression])
    if isinstance(node, exp.Func) and node.sql_name() in SPLINKS_OWN:
        return exp.Anonymous(this=SPLINKS_OWN[node.sql_name()], expressions=[node.this, node.expression])
    if isinstance(node, exp.Anonymous) and str(node.this).upper() in SPLINKS_OWN:
        return exp.Anonymous(this=SPLINKS_OWN[str(node.this).upper()], expressions=node.expressions)
    return node
