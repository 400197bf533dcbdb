"""The lakehouse process's settings, the jars' lock and the session of a task: what can be told without a JVM."""

import pytest

from infra import jars, lakehouse
from spark_jobs.session import LakehouseUnreachableError, connect, session_id
from spark_jobs.settings import SettingsError, install, load_settings


@pytest.fixture
def options(tmp_path):
    return lakehouse.spark_options(load_settings(home=tmp_path / "a home", threads=2))


def test_every_endpoint_listens_on_loopback_only(options):
    addresses = {name: value for name, value in options.items() if name.endswith((".host", ".address", "bindAddress"))}
    assert len(addresses) == 4
    assert set(addresses.values()) == {"127.0.0.1"}


def test_everything_the_process_writes_is_below_its_home(options, tmp_path):
    home = str(tmp_path / "a home")
    places = ["spark.local.dir", "spark.sql.warehouse.dir", "spark.hadoop.hive.exec.scratchdir"]
    assert all(options[name].startswith(home) for name in places)
    assert f"databaseName={home}/metastore;" in options["spark.hadoop.javax.jdo.option.ConnectionURL"]
    assert f'"-Dderby.stream.error.file={home}/lakehouse/derby.log"' in options["spark.driver.extraJavaOptions"]


def test_jars_are_named_after_their_lock_and_all_of_them_are_on_the_class_path(options):
    assert jars.folder().name.startswith("jars-")
    assert len(jars.paths()) == options["spark.driver.extraClassPath"].count(".jar") == 8


def test_a_jar_that_is_not_what_the_lock_says_is_refused(tmp_path):
    (tmp_path / "one.jar").write_bytes(b"changed")
    with pytest.raises(jars.JarError, match=r"one\.jar has checksum .* it is not used"):
        jars._keep(tmp_path / "one.jar", tmp_path / "kept.jar", "0" * 64)
    assert not (tmp_path / "kept.jar").exists()


def test_a_task_finds_its_own_session_again_and_no_other():
    assert session_id("run 1", "silver.parties") == session_id("run 1", "silver.parties")
    assert (
        len({session_id("run 1", "a"), session_id("run 1", "b"), session_id("run 2", "a"), session_id("run 1", "a", 1)})
        == 4
    )


@pytest.mark.timeout(60)
def test_a_dead_server_is_not_waited_for_and_the_way_out_is_said(tmp_path, free_port):
    settings = load_settings(home=tmp_path, connect_port=free_port(), stall_seconds=1)
    with pytest.raises(LakehouseUnreachableError, match="make up"):
        connect(settings, "run", "task")


def test_the_environment_overrides_the_settings_file(monkeypatch, tmp_path):
    monkeypatch.setenv("BELLWETHER_BASE_CURRENCY", "CHF")
    monkeypatch.setenv("BELLWETHER_HOLIDAYS", "2026-01-01, 2026-12-25")
    settings = load_settings(home=tmp_path)
    assert settings.base_currency == "CHF"
    assert [day.isoformat() for day in settings.holidays] == ["2026-01-01", "2026-12-25"]


def test_a_child_process_sees_the_same_settings(monkeypatch, tmp_path):
    settings = load_settings(home=tmp_path, environment="real", data=tmp_path, schedule="none")
    for name, value in settings.environment_variables().items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_every_wrong_setting_is_named(monkeypatch):
    monkeypatch.setenv("BELLWETHER_THRIFT_PORT", "80")
    monkeypatch.setenv("BELLWETHER_DRIVER_MEMORY", "much")
    with pytest.raises(SettingsError, match=r"(?s)BELLWETHER_THRIFT_PORT.*BELLWETHER_DRIVER_MEMORY"):
        load_settings()


def test_a_home_that_holds_one_bank_refuses_the_other(tmp_path):
    install(load_settings(home=tmp_path))
    assert load_settings(home=tmp_path).environment == "demo"
    with pytest.raises(SettingsError, match="holds the demo bank"):
        install(load_settings(home=tmp_path, environment="real"))
