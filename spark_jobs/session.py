"""Spark Connect sessions: one a task, found again when the task is killed and started anew."""

import atexit
import logging
import os
import socket
import time
import uuid
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from spark_jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

NAMESPACE = uuid.UUID("0b7d2c1e-6a1f-5b7c-9a55-be11e7e70001")
USER = "bellwether"
SESSION_SETTINGS: dict[str, str | int | bool] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionOverwriteMode": "static",
}
_ENDED = {
    "OPERATION_STATE_TERMINATING",  # it ran to its end and waits for a client that is gone
    "OPERATION_STATE_SUCCEEDED",
    "OPERATION_STATE_FAILED",
    "OPERATION_STATE_CANCELLED",
}

log = logging.getLogger(__name__)


class LakehouseUnreachableError(ConnectionError):
    """No lakehouse process answers, or that of another home; the message says how to start the right one."""


def session_id(run_id: str, task: str, turn: int = 0) -> str:
    """Session of a task in a run: the same after a restart, so that what it left running is found.

    A session that was closed cannot be opened again; `turn` names the next one.
    """
    return str(uuid.uuid5(NAMESPACE, f"{run_id}|{task}|{turn}"))


def connect(settings: Settings, run_id: str, task: str) -> "SparkSession":
    """A session of the lakehouse process for one task, once nothing that an earlier try left there is running.

    Raises LakehouseUnreachableError within `stall_seconds` when none of this home answers, TimeoutError when a killed
    try's statement does not end within `statement_wait_seconds`.
    """
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"  # makes pyspark.sql.functions those of Connect

    # what it would log is raised too
    logging.getLogger("pyspark.sql.connect.logging").setLevel(logging.CRITICAL)
    _await_port(settings)
    spark = next(opened for turn in count() if (opened := _open(settings, session_id(run_id, task, turn))))
    _refuse_other_home(spark, settings)
    _end_running_statements(spark, settings.statement_wait_seconds)
    activate(spark)
    return spark


def activate(spark: "SparkSession") -> None:
    """What pyspark makes without being told for which session, such as a checkpoint, it makes for this one."""
    from pyspark.sql.connect.session import SparkSession

    SparkSession._active_session.session = spark
    SparkSession._default_session = spark


def close(spark: "SparkSession") -> None:
    """End a session; a process that is gone by then is not waited for."""
    try:
        spark.client.set_retry_policies([])
        spark.stop()
    except Exception as error:
        log.debug("session ended without an answer: %s", error)


def _open(settings: Settings, identity: str) -> "SparkSession | None":
    """The session of that identity; None when it was closed before."""
    from pyspark.errors.exceptions.connect import SparkConnectException
    from pyspark.sql.connect.session import SparkSession

    spark = SparkSession(f"{settings.spark_remote}/;session_id={identity};user_id={USER}")
    atexit.unregister(spark.client._on_exit)  # it would ask a server that may be gone, and wait for the answer
    _bound_retries(spark, settings.stall_seconds)
    try:
        spark.conf._set_all(configs=SESSION_SETTINGS, silent=False)
    except SparkConnectException as error:
        spark.client.close()
        if "SESSION_CLOSED" in str(error):
            return None
        raise
    return spark


def _refuse_other_home(spark: "SparkSession", settings: Settings) -> None:
    """Two homes with the same port would write into each other's tables."""
    if settings.remote:
        return
    warehouse = spark.conf.get("spark.sql.warehouse.dir") or ""
    serves = Path(warehouse.removeprefix("file:")).parent
    if serves.resolve() != settings.home.resolve():
        raise LakehouseUnreachableError(
            f"The lakehouse process at {settings.spark_remote} serves {serves}, not {settings.home}: stop it there "
            "with `make down`, or set BELLWETHER_CONNECT_PORT (and BELLWETHER_THRIFT_PORT) to free ports here."
        )


def _await_port(settings: Settings) -> None:
    address = urlparse(settings.spark_remote)
    deadline = time.monotonic() + settings.stall_seconds
    while True:
        try:
            with socket.create_connection((address.hostname or "127.0.0.1", address.port or 15002), timeout=2):
                return
        except OSError as error:
            if time.monotonic() >= deadline:
                raise LakehouseUnreachableError(
                    f"No lakehouse process answers at {settings.spark_remote}: start it with `make up` "
                    "(`make status` shows its state and its log)."
                ) from error
            time.sleep(0.5)


def _bound_retries(spark: "SparkSession", seconds: int) -> None:
    from pyspark.sql.connect.client.retries import DefaultPolicy

    policy = DefaultPolicy(
        max_retries=seconds * 2, initial_backoff=100, max_backoff=500, backoff_multiplier=2.0, jitter=0,
        max_server_retry_delay=1000,
    )  # fmt: skip
    spark.client.set_retry_policies([policy])


def _end_running_statements(spark: "SparkSession", wait_seconds: int) -> None:
    deadline = time.monotonic() + wait_seconds
    running = _running(spark.client)
    if running:
        log.warning("waiting for %s statement(s) of an earlier try to end", len(running))
        spark.interruptAll()
    while running:
        if time.monotonic() >= deadline:
            raise TimeoutError(
                f"{len(running)} statement(s) of an earlier try are still running after {wait_seconds} s; "
                "`make down` and `make up` end them."
            )
        time.sleep(0.2)
        running = _running(spark.client)


def _running(client: Any) -> list[str]:
    from pyspark.sql.connect.proto import base_pb2

    names = base_pb2.GetStatusResponse.OperationStatus.OperationState
    statuses = client._get_operation_statuses().operation_statuses
    return [one.operation_id for one in statuses if names.Name(one.state) not in _ENDED]
