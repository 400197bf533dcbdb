"""Tags and families as the rest of the code knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spark_jobs.catalog.problems import Problem

TYPES = {"boolean": "boolean", "category": "string", "number": "double", "score": "double", "date": "date"}
"""Spark type of a tag's value, by value type."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a parameter: how it stands in ids, in expressions and in sentences."""

    key: str
    text: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """Known inputs, and the values of some tags of the family that follow."""

    given: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Family:
    """One idea; its tags differ in the values of its parameters.

    `largest_drift`, where declared, bounds the population stability index of each tag between two releases.
    """

    name: str
    domain: str
    description: str
    owner: str
    steward: str
    sensitivity: str
    refresh: str
    lifecycle: str
    successor: str | None
    value_type: str
    rule_version: int
    largest_drift: float | None
    examples: tuple[Example, ...]
    file: Path


@dataclass(frozen=True, slots=True)
class Tag:
    """One fact about a customer. `expression` is Spark SQL over inputs, percentiles and other tags."""

    tag_id: str
    family: Family
    expression: str
    name: str
    sentence: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """Domain of the family."""
        return self.family.domain

    @property
    def value_type(self) -> str:
        """Value type of the family."""
        return self.family.value_type


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: a family with its tags, or problems."""

    family: Family | None
    tags: tuple[Tag, ...]
    problems: tuple[Problem, ...]
    line_of_expression: int = 1
