"""What a session needs before silver is built: settings, and the token key as a view of the session."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from spark_jobs.transforms.tokens import KEY_SCHEMA, KEY_VIEW, token_key_rows

SESSION_SETTINGS = {
    "spark.sql.ansi.enabled": "false",  # an expression that cannot be computed is NULL and becomes a quarantine reason
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.constraintPropagation.enabled": "false",  # its cost grows with the square of a contract's width
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
}


@contextmanager
def silver_session(spark: Any, key: bytes) -> Iterator[None]:
    """The session with silver's settings and the token key, as it was before afterwards.

    It is made the active one: a checkpoint belongs to the active session, whatever session its frame is of.
    """
    type(spark)._set_default_and_active_session(spark)
    before = {name: str(spark.conf.get(name)) for name in SESSION_SETTINGS}
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    spark.createDataFrame(token_key_rows(key), KEY_SCHEMA).createOrReplaceTempView(KEY_VIEW)
    try:
        yield
    finally:
        spark.catalog.dropTempView(KEY_VIEW)
        for name, value in before.items():
            spark.conf.set(name, value)
