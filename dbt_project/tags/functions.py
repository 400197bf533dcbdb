"""Shared SQL snippets of definitions/functions.yml, put in place of their calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from sqlglot import exp

from spark_jobs.catalog.expressions import parse

FILE = Path(__file__).resolve().parents[1] / "definitions" / "functions.yml"


@dataclass(frozen=True, slots=True)
class Function:
    """A named piece of SQL with parameters."""

    name: str
    parameters: tuple[str, ...]
    body: exp.Expr


@cache
def known_functions() -> Mapping[str, Function]:
    """Shared functions by name."""
    declared = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {name: Function(name, tuple(one["parameters"]), parse(one["expression"])) for name, one in declared.items()}


def expanded(tree: exp.Expr) -> exp.Expr:
    """The tree, changed: every call of a shared function replaced by its body. Raises ValueError for a wrong call."""
    return tree.transform(_expand, copy=False)


def _expand(node: exp.Expr) -> exp.Expr:
    function = known_functions().get(node.name.lower()) if isinstance(node, exp.Anonymous) else None
    if function is None:
        return node
    if len(node.expressions) != len(function.parameters):
        raise ValueError(f"{function.name} takes {', '.join(function.parameters)}: {node.sql(dialect='spark')}")
    given = dict(zip(function.parameters, (expanded(one.copy()) for one in node.expressions), strict=True))

    def placed(part: exp.Expr) -> exp.Expr:
        is_parameter = isinstance(part, exp.Column) and part.name in given
        return exp.Paren(this=given[part.name].copy()) if is_parameter else part

    return exp.Paren(this=function.body.copy().transform(placed, copy=False))
