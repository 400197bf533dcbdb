"""kill -9 of a task, of the lakehouse process and of a client in a write, then a rerun: the same tables."""

import os
import subprocess
import sys
import time

import pytest

from infra import lakehouse as process
from infra.processes import kill_hard, wait_until
from spark_jobs.session import LakehouseUnreachableError, close, connect
from spark_jobs.settings import PROJECT
from tests.integration.miniature_bank import DAYS, deliver, run_day, settings_of, tables, worker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CLIENT = """
from spark_jobs.session import connect
from spark_jobs.settings import load_settings
spark = connect(load_settings(), "killed run", "writer")
print("writing", flush=True)
spark.sql("create or replace table silver.written_by_a_killed_client using delta as "
          "select id, sha2(repeat(cast(id as string), 200), 512) as text from range(0, 6000000, 1, 8)").collect()
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, free_port):
    settings = settings_of(tmp_path_factory.mktemp("undisturbed"), free_port)
    deliver(settings)
    process.start(settings)
    try:
        for day in DAYS:
            run_day(settings, day)
    finally:
        process.stop(settings)
    return tables(settings)


@pytest.fixture
def disturbed(tmp_path, free_port):
    settings = settings_of(tmp_path / "disturbed", free_port)
    deliver(settings)
    process.start(settings)
    yield settings
    process.stop(settings)


def kill_when(settings, day, stage, pattern, victim):
    """Start a stage, kill -9 the victim as soon as files of this pattern exist; whether the stage was cut short."""
    started = worker(settings, day, stage)
    before = set(settings.home.glob(pattern))
    appeared = wait_until(lambda: set(settings.home.glob(pattern)) > before, lambda: started.poll() is None, 120)
    victim(started)
    started.wait(timeout=120)
    return appeared and started.returncode != 0


def test_a_rerun_after_kills_gives_the_tables_of_an_undisturbed_run(undisturbed, disturbed):
    def lakehouse(_):
        kill_hard(process.service(disturbed).process())

    def task(started):
        started.kill()

    assert len(undisturbed) >= 8
    assert any(undisturbed.values())
    first, second = DAYS
    was_cut = [kill_when(disturbed, first, "land", "tables/bronze/*", task)]
    run_day(disturbed, first, "land")
    was_cut.append(kill_when(disturbed, first, "silver", "tables/silver/*", lakehouse))
    assert process.start(disturbed) is True
    run_day(disturbed, first)
    run_day(disturbed, second, "land")
    was_cut.append(kill_when(disturbed, second, "silver", "tables/silver/*/_delta_log/*1.json", task))
    run_day(disturbed, second)
    assert any(was_cut), "no kill hit a running stage: the test shows nothing"
    assert tables(disturbed) == undisturbed


def test_a_statement_of_a_killed_client_has_ended_when_its_task_starts_again(lakehouse):
    environment = {**os.environ, **lakehouse.environment_variables()}
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT], env=environment, cwd=PROJECT, text=True, stdout=subprocess.PIPE
    )
    assert client.stdout.readline() == "writing\n"
    folder = lakehouse.home / "tables" / "silver" / "written_by_a_killed_client"
    assert wait_until(folder.exists, lambda: client.poll() is None, 60)
    client.kill()
    client.wait()

    spark = connect(lakehouse, "killed run", "writer")
    commits, files = sorted((folder / "_delta_log").glob("*.json")), sorted(folder.glob("*.parquet"))
    time.sleep(8)
    assert sorted((folder / "_delta_log").glob("*.json")) == commits
    assert sorted(folder.glob("*.parquet")) == files
    spark.sql("drop table if exists silver.written_by_a_killed_client").collect()
    close(spark)


def test_a_second_start_finds_the_running_process_and_a_crash_is_noticed(lakehouse):
    pid = process.service(lakehouse).process().pid
    assert process.start(lakehouse) is False
    assert process.service(lakehouse).process().pid == pid
    assert f"running, PID {pid}" in process.status(lakehouse)


def test_a_closed_session_can_be_opened_again_under_its_name(lakehouse):
    for _ in range(3):
        spark = connect(lakehouse, "one run", "one task")
        assert spark.sql("select current_timezone()").collect()[0][0] == "UTC"
        close(spark)


def test_a_client_of_another_home_is_refused(lakehouse, tmp_path):
    with pytest.raises(LakehouseUnreachableError, match=r"serves .* not .*BELLWETHER_CONNECT_PORT"):
        connect(lakehouse.model_copy(update={"home": tmp_path}), "run", "task")
