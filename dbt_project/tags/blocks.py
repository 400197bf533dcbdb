"""What the file of a tag family may hold."""

from typing import Any, Literal

from pydantic import Field

from spark_jobs.catalog.blocks import Block, Scalar, compulsory

Lifecycle = Literal["draft", "active", "deprecated"]
ValueType = Literal["boolean", "category", "number", "date", "score"]
Sensitivity = Literal["public", "internal", "confidential", "restricted"]


class ExampleBlock(Block):
    """One customer: inputs that are known (all others are NULL) and what tags of the family are then."""

    given: dict[str, Any] = Field(default={})
    expect: dict[str, Any] = compulsory({})


class FamilyBlock(Block):
    """One idea, and the parameters it ranges over."""

    description: str = compulsory("")
    owner: str = compulsory("")
    steward: str = compulsory("")
    sensitivity: Sensitivity = "internal"
    refresh: Literal["daily", "weekly", "monthly"] = "daily"
    lifecycle: Lifecycle = "active"
    successor: str | None = None
    value_type: ValueType = compulsory("boolean")
    over: dict[str, list[Scalar] | dict[str, Scalar | dict[str, Scalar]]] = Field(default={})
    expression: str = compulsory("")
    name: str = compulsory("")
    sentence: str = compulsory("")
    rule_version: int = Field(default=1, ge=1)
    largest_drift: float | None = Field(default=None, gt=0)
    examples: list[ExampleBlock] = compulsory([])
