"""The lakehouse process: one warm JVM that serves Spark Connect (jobs, dbt, gates) and Thrift (BI).

`python -m infra.lakehouse start|stop|status|log`
"""

import os
import sys
import time
from pathlib import Path

from infra import jars, preflight
from infra.processes import ProcessError, Service, is_listening, python_environment, require_free, wait_until
from spark_jobs.catalog.names import SCHEMAS
from spark_jobs.session import close, connect
from spark_jobs.settings import PROJECT, Settings, load_settings

START_SECONDS = 180
SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"


def service(settings: Settings) -> Service:
    """The lakehouse process of this home."""
    return Service("lakehouse", settings.home / "lakehouse")


def start(settings: Settings) -> bool:
    """Start the process and wait until both endpoints answer; False when it was running already.

    Raises ProcessError when a port is taken or the process ends while starting.
    """
    lakehouse = service(settings)
    with lakehouse.locked():
        if lakehouse.process() is not None:
            _await(settings, lakehouse)
            return False
        lakehouse.forget()
        require_free(settings.connect_port, "BELLWETHER_CONNECT_PORT")
        require_free(settings.thrift_port, "BELLWETHER_THRIFT_PORT")
        _make_folders(settings)
        lakehouse.launch(command(settings), _environment())
        _await(settings, lakehouse)
    create_schemas(settings)
    return True


def create_schemas(settings: Settings) -> None:
    """Declare every schema at its folder below the home; warms the metastore too."""
    spark = connect(settings, f"start-{time.time_ns()}", "schemas")
    try:
        for schema in SCHEMAS:
            location = str(settings.home / "tables" / schema).replace("\\", "\\\\").replace("'", "\\'")
            spark.sql(f"create schema if not exists {schema} location '{location}'").collect()
    finally:
        close(spark)


def stop(settings: Settings) -> bool:
    """Stop the process; False when none was running."""
    lakehouse = service(settings)
    with lakehouse.locked():
        return lakehouse.stop()


def is_running(settings: Settings) -> bool:
    """Whether the process is up and both endpoints answer."""
    ports = (settings.connect_port, settings.thrift_port)
    return service(settings).process() is not None and all(is_listening(port) for port in ports)


def status(settings: Settings) -> str:
    """One line: state, addresses and memory."""
    process = service(settings).process()
    if process is None:
        return f"lakehouse: stopped (home {settings.home})"
    state = "running" if is_running(settings) else "starting"
    memory = process.memory_info().rss / 2**30
    return (
        f"lakehouse: {state}, PID {process.pid}, {memory:.1f} GiB, Connect {settings.spark_remote}, "
        f"SQL jdbc:hive2://127.0.0.1:{settings.thrift_port} (home {settings.home})"
    )


def command(settings: Settings) -> list[str]:
    """The command line of the JVM."""
    options = [part for name, value in spark_options(settings).items() for part in ("--conf", f"{name}={value}")]
    return [
        str(jars.spark_home() / "bin" / "spark-submit"), "--master", f"local[{settings.threads}]",
        "--driver-memory", settings.driver_memory, "--class", SERVER, *options, "spark-internal",
    ]  # fmt: skip


def spark_options(settings: Settings) -> dict[str, str]:
    """Every Spark setting of the process."""
    return {**_engine(settings), **_endpoints(settings), **_folders(settings)}


def _engine(settings: Settings) -> dict[str, str]:
    cores = str(settings.threads)
    return {
        "spark.app.name": "bellwether",
        "spark.log.level": "WARN",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.session.timeZone": "UTC",
        "spark.scheduler.mode": "FAIR",
        "spark.scheduler.allocation.file": str(PROJECT / "infra" / "settings" / "pools.xml"),
        "spark.sql.codegen.cache.maxEntries": "2000",  # 100 do not hold the stages of one run: each compiles anew
        "spark.sql.codegen.maxFields": "1000",  # beyond it rows are copied join by join: customer_360 has 276 columns
        "spark.sql.shuffle.partitions": str(max(4, 2 * settings.threads)),
        "spark.default.parallelism": cores,
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": cores,
        "spark.databricks.delta.snapshotPartitions": cores,
        "spark.databricks.delta.optimizeMetadataQuery.enabled": "false",  # max(<date>) fails with it in Delta 4.4
        "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
        "spark.databricks.delta.vacuum.parallelDelete.enabled": "true",
        "spark.driver.maxResultSize": "1g",
        "spark.sql.thriftServer.incrementalCollect": "true",
        "spark.sql.thriftServer.ui.retainedStatements": "20",
        "spark.sql.ui.retainedExecutions": "20",
        "spark.ui.enabled": "false",
        "spark.ui.retainedJobs": "20",
        "spark.ui.retainedStages": "20",
        "spark.ui.retainedTasks": "1000",
        "spark.ui.showConsoleProgress": "false",
        "spark.cleaner.periodicGC.interval": "5min",
        "spark.pyspark.python": sys.executable,
    }


def _endpoints(settings: Settings) -> dict[str, str]:
    return {
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(settings.connect_port),
        "spark.connect.grpc.maxInboundMessageSize": str(128 * 2**20),
        "spark.connect.session.manager.defaultSessionTimeout": "2h",
        "spark.hive.server2.thrift.bind.host": "127.0.0.1",
        "spark.hive.server2.thrift.port": str(settings.thrift_port),
    }


def _folders(settings: Settings) -> dict[str, str]:
    home = settings.home
    classpath = os.pathsep.join(str(path) for path in jars.paths())
    return {
        "spark.driver.extraClassPath": classpath,
        "spark.executor.extraClassPath": classpath,
        "spark.driver.extraJavaOptions": _java_options(home),
        "spark.local.dir": str(home / "lakehouse" / "scratch"),
        "spark.sql.warehouse.dir": str(home / "tables"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={home / 'metastore'};create=true",
        "spark.hadoop.hive.exec.scratchdir": str(home / "lakehouse" / "scratch"),
        "spark.sql.hive.metastore.jars": "builtin",
    }


def _java_options(home: Path) -> str:
    options = {
        "derby.stream.error.file": home / "lakehouse" / "derby.log",
        "derby.system.home": home / "lakehouse",
        "java.io.tmpdir": home / "lakehouse" / "scratch",
    }
    defined = " ".join(f'"-D{name}={value}"' for name, value in options.items())
    # What Spark generates for a wide aggregate is a huge method, which Java would interpret for ever. Java's 240 MB for
    # compiled code are full after two business dates; from then on it throws away what it needs again at once.
    flags = "-XX:+UseParallelGC -XX:+ExitOnOutOfMemoryError -XX:-DontCompileHugeMethods -XX:ReservedCodeCacheSize=1g"
    return f"{defined} -Duser.timezone=UTC {flags}"


def _make_folders(settings: Settings) -> None:
    for name in ("tables", "lakehouse/scratch"):
        (settings.home / name).mkdir(parents=True, exist_ok=True)


def _environment() -> dict[str, str]:
    try:
        java_home = preflight.find_java()
    except preflight.Problem as problem:
        raise ProcessError(str(problem)) from None
    return {
        **python_environment(),
        "JAVA_HOME": java_home,
        "SPARK_HOME": str(jars.spark_home()),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def _await(settings: Settings, lakehouse: Service) -> None:
    began = time.monotonic()
    is_up = wait_until(lambda: is_running(settings), lambda: lakehouse.process() is not None, START_SECONDS)
    if is_up:
        return
    if lakehouse.process() is not None:
        waited = time.monotonic() - began
        raise ProcessError(f"The lakehouse process did not answer in {waited:.0f} s; see {lakehouse.log}")
    lakehouse.forget()
    reason = lakehouse.tail(6, lambda line: "Caused by" in line or "ERROR" in line or "rror:" in line)
    raise ProcessError(f"The lakehouse process ended while starting; its log is {lakehouse.log}\n{reason}")


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    settings = load_settings()
    action = arguments[0] if arguments else "status"
    if action == "start":
        began = time.monotonic()
        print("Starting the lakehouse process ...", flush=True)
        was_started = start(settings)
        print(f"{status(settings)}{f', up in {time.monotonic() - began:.0f} s' if was_started else ''}")
    elif action == "stop":
        print("lakehouse: stopped" if stop(settings) else "lakehouse: was not running")
    elif action == "status":
        print(status(settings))
    elif action == "log":
        print(service(settings).tail(200))
    else:
        sys.exit("usage: python -m infra.lakehouse start|stop|status|log")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ProcessError, jars.JarError, ValueError) as problem:
        sys.exit(f"error: {problem}")
