"""Bellwether's own parts of a contract: what `customProperties` and `logicalTypeOptions` may hold."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | float | bool
Action = Literal["stop", "quarantine", "accept"]


def compulsory(placeholder: Any) -> Any:
    """A field that must be given; the placeholder lets the rest be checked when it is not."""
    return Field(default=placeholder, json_schema_extra={"compulsory": True})


class Block(BaseModel):
    """Fields that are not declared are errors; numbers may stand for texts."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class ControlBlock(Block):
    """The control file a sender adds."""

    path: str = compulsory("")
    row_count: str = compulsory("")
    amount_sum: str | None = None
    amount_column: str | None = None


class DriftBlock(Block):
    """What each kind of change in a delivery's columns does."""

    added: Action = "accept"
    missing: Action = "stop"
    renamed: Action = "stop"
    reordered: Action = "accept"
    retyped: Action = "quarantine"


class LoadBlock(Block):
    """How deliveries become rows."""

    mode: Literal["append", "merge", "snapshot"] = compulsory("append")
    key: list[str] | None = None
    order_by: list[str] = []
    operation_column: str | None = None
    delete_values: list[str] = ["D"]
    shrink_limit_percent: float = Field(default=20.0, ge=0, le=100)
    requirement: Literal["required", "optional"] = "required"
    calendar: str = "business_days"
    cut_off: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    on_missing: Literal["stop", "stale"] = "stale"
    drift: DriftBlock = DriftBlock()
    control: ControlBlock | None = None


class UnpivotBlock(Block):
    """Columns into rows."""

    keep: list[str] = compulsory([])
    name: str = compulsory("")
    value: str = compulsory("")


class FeedBlock(Block):
    """How the source fills one entity."""

    entity: str = compulsory("")
    columns: dict[str, Scalar] = compulsory({})
    where: str | None = None
    unpivot: UnpivotBlock | None = None
    explode: str | None = None
    transform: str | None = None
    adds: dict[str, str] = {}


class SourceBlock(Block):
    """customProperties of a source."""

    load: LoadBlock = compulsory(LoadBlock())
    feeds: list[FeedBlock] = []
    parameters: dict[str, Scalar] = {}
    external: bool = False


class EntityBlock(Block):
    """customProperties of an entity."""

    history: Literal["none", "scd2"] = "none"
    partition_by: list[str] = []


class ColumnBlock(Block):
    """customProperties of a column."""

    normaliser: Literal["email", "phone", "contact", "name", "identifier", "account", "text"] | None = None
    vaulted: bool = False
    decimal_comma: bool = False


class TypeOptions(Block):
    """logicalTypeOptions of a column."""

    format: str | None = None
    defaultTimezone: str | None = None  # noqa: N815
    timezone: str | bool | None = None
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    exclusiveMinimum: Scalar | None = None  # noqa: N815
    exclusiveMaximum: Scalar | None = None  # noqa: N815
    pattern: str | None = None
    minLength: int | None = None  # noqa: N815
    maxLength: int | None = None  # noqa: N815
    trueValues: list[Scalar] = []  # noqa: N815
    falseValues: list[Scalar] = []  # noqa: N815
    decimalComma: bool = False  # noqa: N815


class ServerBlock(Block):
    """customProperties of a server; all but the first two go to `Server.options`."""

    header: bool = True
    null_values: list[str] = [""]
    quote: str | None = None
    escape: str | None = None
    skip_rows: int | None = None
    trailing_delimiter: bool | None = None
    max_record_bytes: int | None = Field(default=None, ge=1)
    max_bytes: int | None = Field(default=None, ge=1)
    max_ratio: float | None = Field(default=None, ge=1)
    member: str | None = None
    row_path: str | None = None
    lateness: Literal["date", "modified"] | None = None
    url: str | None = None
    query: str | None = None
    table: str | None = None
    user: str | None = None
    password_variable: str | None = None
