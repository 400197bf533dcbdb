"""Settings of one installation: infra/settings/<profile>.yml, overlaid by BELLWETHER_<NAME> from the environment."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "BELLWETHER_"


class SettingsError(ValueError):
    """A setting that cannot be used, said in one readable sentence each."""


def _in_project(value: Any) -> Any:
    return PROJECT / Path(value).expanduser() if isinstance(value, (str, Path)) and str(value) else None


def _list_of(value: Any) -> Any:
    return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


ProjectPath = Annotated[Path, BeforeValidator(_in_project)]
"""Relative paths are relative to the project's folder, whatever the working folder is."""


class Settings(BaseModel):
    """Everything an installation may set. Each field is overridden by BELLWETHER_<FIELD>."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    home: ProjectPath = Field(Path(".lakehouse"), description="folder of tables, metastore, logs and runs")
    inbox: ProjectPath | None = Field(None, description="folder of generated deliveries; <home>/inbox when empty")
    data: ProjectPath | None = Field(None, description="folder of public data, for the real bank")
    environment: Literal["demo", "real"] = "demo"
    catalog_root: ProjectPath = Field(Path("spark_jobs"), description="folder that holds sources/ and entities/")
    base_currency: str = "EUR"
    timezone: str = Field("Europe/Luxembourg", description="the bank's local time: cut-offs, late deliveries")
    holidays: Annotated[tuple[date, ...], BeforeValidator(_list_of)] = ()
    token_key_file: ProjectPath | None = Field(None, description="0600 file; <home>/token.key when empty")
    remote: str = Field("", description="address of Spark Connect; the lakehouse process of this home when empty")
    connect_port: int = Field(15002, ge=1024, le=65535)
    thrift_port: int = Field(10000, ge=1024, le=65535)
    airflow_port: int = Field(8080, ge=1024, le=65535)
    driver_memory: str = Field("5g", pattern=r"^\d+[gm]$", description="heap of the lakehouse process")
    large_rows: int = Field(100_000, ge=0, description="above this many bronze rows an entity is streamed, kept by key")
    merge_share: float = Field(0.3, ge=0, description="up to this share of changed rows merging is cheaper than anew")
    retention_days: int = Field(60, ge=1, description="how long earlier versions of a table can be read")
    threads: int = Field(0, ge=0, description="cores that Spark uses; all of the machine when 0")
    matching_backend: Literal["duckdb", "spark"] = Field(
        "duckdb", description="what compares records: DuckDB on the machine of the run, or Spark on its cluster"
    )
    until: Literal["silver", "release"] = Field("release", description="last layer of a run; marts need every entity")
    statement_wait_seconds: int = Field(300, description="how long to wait for a killed client's statement to end")
    stall_seconds: int = Field(10, description="how long a lost connection is retried")
    schedule: str = Field("0 6 * * 1-5", description="cron line of the daily run; only by hand when `none`")
    webhook: str = Field("", description="address told when a run stops; the log file alone when empty")
    customers: int = Field(2000, ge=1, description="size of the demo bank")
    days: int = Field(3, ge=1, le=20, description="business dates of the demo")
    seed: int = 1

    @property
    def inbox_folder(self) -> Path:
        """Folder of generated deliveries."""
        return self.inbox or self.home / "inbox"

    @property
    def spark_remote(self) -> str:
        """Address of Spark Connect, without parameters."""
        return self.remote or f"sc://127.0.0.1:{self.connect_port}"

    def environment_variables(self) -> dict[str, str]:
        """The same settings as BELLWETHER_ variables, for a child process."""
        values = {name: value for name, value in self if value not in (None, "")}
        values["schedule"] = self.schedule or "none"
        return {f"{PREFIX}{name.upper()}": _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    return ",".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def load_settings(**overrides: Any) -> Settings:
    """The settings in force: file of BELLWETHER_PROFILE (local), then the environment, then `overrides`.

    Raises SettingsError naming every setting that cannot be used.
    """
    profile = os.environ.get("BELLWETHER_PROFILE", "local")
    file = PROJECT / "infra" / "settings" / f"{profile}.yml"
    if not file.exists():
        raise SettingsError(f"BELLWETHER_PROFILE is {profile}, but there is no {file.relative_to(PROJECT)}.")
    from_environment = {
        name: os.environ[PREFIX + name.upper()]
        for name in Settings.model_fields
        if os.environ.get(PREFIX + name.upper())
    }
    if os.environ.get("SPARK_REMOTE") and "remote" not in from_environment:
        from_environment["remote"] = os.environ["SPARK_REMOTE"].split("/;")[0]
    profile_values = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    home = _completed({**profile_values, **from_environment, **overrides}).home
    return _completed({**profile_values, **installed(home), **from_environment, **overrides})


def installed(home: Path) -> dict[str, Any]:
    """What `install` remembers of a home: which bank it holds."""
    file = home / "installation.yml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}


def install(settings: Settings) -> None:
    """Remember which bank this home holds. Raises SettingsError when it holds another one."""
    known = installed(settings.home)
    if known and known["environment"] != settings.environment:
        raise SettingsError(
            f"{settings.home} holds the {known['environment']} bank, not the {settings.environment} one: "
            "set BELLWETHER_HOME to another folder, or `make clean` to remove it."
        )
    settings.home.mkdir(parents=True, exist_ok=True)
    chosen = {"environment": settings.environment, "data": str(settings.data) if settings.data else None}
    (settings.home / "installation.yml").write_text(yaml.safe_dump(chosen), encoding="utf-8")


def _completed(values: dict[str, Any]) -> Settings:
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems = [f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors()]
        raise SettingsError("Settings that cannot be used:\n  " + "\n  ".join(problems)) from None
    home = settings.home
    return settings.model_copy(
        update={
            "inbox": settings.inbox or home / "inbox",
            "token_key_file": settings.token_key_file or home / "token.key",
            "threads": settings.threads or os.cpu_count() or 2,
            "schedule": "" if settings.schedule == "none" else settings.schedule,
        }
    )
