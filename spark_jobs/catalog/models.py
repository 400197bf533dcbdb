"""Typed definitions: one `Source` per delivered table, one `Entity` per canonical silver table.

`loading.py` makes these from Open Data Contract Standard files; every other module reads them and never the YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Severity = Literal["critical", "warning", "info"]
LoadMode = Literal["append", "merge", "snapshot"]
History = Literal["none", "scd2"]
DriftKind = Literal["added", "missing", "renamed", "reordered", "retyped"]
DriftAction = Literal["stop", "quarantine", "accept"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition that every row must meet. A row for which it is false fails; NULL (unknown) passes."""

    name: str
    condition: str
    """Spark SQL boolean expression over the typed columns of the table."""
    severity: Severity = "critical"
    """critical: the row is quarantined; warning and info: the row is kept and counted by the gate."""
    description: str = ""
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a source or an entity."""

    name: str
    type: str
    """Spark SQL type the column has once typed, such as `decimal(20,4)`. Bronze keeps every column as a string."""
    description: str = ""
    physical_name: str = ""
    """Name in the delivered file (header, JSON path, XML path); the position decides where a file has no header."""
    is_key: bool = False
    is_required: bool = False
    classification: str = "internal"
    """public, internal, confidential or restricted. In silver a restricted column holds a token, never the value."""
    format: str | None = None
    """Spark datetime pattern of dates and timestamps; several are parted by `|` and tried in order."""
    timezone: str | None = None
    """Zone of local timestamps; silver holds UTC."""
    normaliser: str | None = None
    """How a restricted value is normalised before it becomes a token: email, phone, name, identifier, account, text."""
    is_vaulted: bool = False
    """Whether vault.<entity> keeps the clear value beside its token, for identity resolution."""
    references: str | None = None
    """`entity.column` that a value should be found in."""
    true_values: tuple[str, ...] = ()
    """Texts of a boolean that mean true, beside those Spark knows; compared without regard to case."""
    false_values: tuple[str, ...] = ()
    has_decimal_comma: bool = False
    """Numbers are written 1.234,56."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ControlFile:
    """A small file the sender adds: how many rows, and what an amount column sums to."""

    path: str
    """Pattern beside the data file; `{stem}` is the data file's name without its endings."""
    row_count_field: str
    amount_sum_field: str | None = None
    amount_column: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How deliveries of a source become rows."""

    mode: LoadMode
    key: tuple[str, ...] = ()
    """Empty: no natural key, a row is its hash with an occurrence number."""
    order_by: tuple[str, ...] = ()
    """Columns that say which of two rows of a key is newer, before delivery date, sequence and row hash."""
    operation_column: str | None = None
    delete_values: tuple[str, ...] = ("D",)
    shrink_limit_percent: float = 20.0
    """A snapshot that lost more rows than this closes none."""
    is_required: bool = True
    calendar: str = "business_days"
    """business_days, daily, weekly:<mon..sun>, monthly:<day> or once."""
    cut_off: str | None = None
    """Local time, HH:MM, after which a delivery counts as late."""
    on_missing: Literal["stop", "stale"] = "stale"
    drift: Mapping[DriftKind, DriftAction] = field(default_factory=dict)
    control: ControlFile | None = None


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Columns into rows: every column but `keep` becomes one row (name, value)."""

    keep: tuple[str, ...]
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Feed:
    """How one source fills one entity."""

    entity: str
    columns: Mapping[str, str]
    """Canonical column -> Spark SQL expression over the source's typed columns."""
    where: str | None = None
    """Rows for which this is not true are filtered (counted, not quarantined)."""
    unpivot: Unpivot | None = None
    explode: str | None = None
    """`<array expression> as <name>`: one row an element, which the expressions see as <name>."""
    transform: str | None = None
    """`module.function` in spark_jobs/transforms, DataFrame -> DataFrame, applied to the typed source rows first."""
    adds: Mapping[str, str] = field(default_factory=dict)
    """Columns that `transform` or `explode` adds, with their Spark SQL types, as far as expressions use them."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Server:
    """Where and in which format a source is delivered, in one environment."""

    environment: str
    """demo or real: the bank that this server belongs to."""
    format: str
    """csv, json, parquet, xml, xes, yaml or jdbc; zip, gz and bz2 are seen by the file's ending."""
    path: str
    """Pattern with `{inbox}` or `{data}`, and `{date}` (YYYY-MM-DD); `*` matches. Without `{date}`: delivered once."""
    delimiter: str = ","
    encoding: str = "utf-8"
    has_header: bool = True
    null_values: tuple[str, ...] = ("",)
    options: Mapping[str, str] = field(default_factory=dict)
    """Format's own: quote, escape, row_path, skip_rows, query, url, member, trailing_delimiter, ..."""


@dataclass(frozen=True, slots=True)
class Source:
    """One table that one system delivers: spark_jobs/sources/<system>/<table>.yml."""

    system: str
    table: str
    version: str
    owner: str
    description: str
    columns: tuple[Column, ...]
    load: Load
    feeds: tuple[Feed, ...]
    servers: tuple[Server, ...]
    rules: tuple[Rule, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Declared settings, used in expressions as `:name` and overridden by BELLWETHER_PARAM_<NAME>."""
    is_external: bool = False
    file: Path = Path()

    @property
    def name(self) -> str:
        """`system/table`, the identity of the source everywhere."""
        return f"{self.system}/{self.table}"

    def server(self, environment: str) -> Server | None:
        """The server of this environment; None when the source takes no part in it."""
        return next((one for one in self.servers if one.environment == environment), None)


@dataclass(frozen=True, slots=True)
class Entity:
    """One canonical silver table: spark_jobs/entities/<name>.yml."""

    name: str
    version: str
    owner: str
    description: str
    """First sentence states the grain: `One row per ...`."""
    columns: tuple[Column, ...]
    history: History = "none"
    partition_by: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    file: Path = Path()

    @property
    def key(self) -> tuple[str, ...]:
        """Key columns within a source system; the table's key is (source_system, *key), and valid_from with SCD2."""
        return tuple(column.name for column in self.columns if column.is_key)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the entity has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every definition of one tree, validated together."""

    sources: Mapping[str, Source]
    """By `system/table`, in order of name."""
    entities: Mapping[str, Entity]

    def in_environment(self, environment: str) -> "Catalog":
        """The same catalogue with only the sources that are delivered in this environment."""
        kept = {name: source for name, source in self.sources.items() if source.server(environment)}
        return Catalog(kept, self.entities)

    def systems(self) -> tuple[str, ...]:
        """Names of the source systems, sorted."""
        return tuple(sorted({source.system for source in self.sources.values()}))

    def of_system(self, system: str) -> tuple[Source, ...]:
        """The sources of one system, in order of name."""
        return tuple(source for source in self.sources.values() if source.system == system)

    def feeds_of(self, entity: str) -> tuple[tuple[Source, Feed], ...]:
        """Every (source, feed) that fills this entity, in order of source name and place in the file."""
        return tuple(
            (source, feed) for source in self.sources.values() for feed in source.feeds if feed.entity == entity
        )
