"""Spark SQL expressions of definitions: parsed, their columns found, typed, and rendered with parameters."""

import os
import re
from collections.abc import Iterable, Mapping

PARAMETER = re.compile(
    r"""(?P<kept>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|::)|:(?P<name>[A-Za-z_]\w*)""", re.DOTALL
)
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def render(expression: str, parameters: Mapping[str, str] | None = None) -> str:
    """The expression with every `:name` replaced by the parameter's value as a literal; KeyError when undeclared.

    An environment variable BELLWETHER_PARAM_<NAME> overrides the declared value.
    """

    def replaced(match: re.Match[str]) -> str:
        name = match["name"]
        return match["kept"] if name is None else parameter_literal(name, parameters or {})

    return PARAMETER.sub(replaced, expression)


def parameters_used(expression: str) -> Iterable[str]:
    """Names of the `:parameters` in the expression, in order."""
    return [match["name"] for match in PARAMETER.finditer(expression) if match["name"]]


def parameter_literal(name: str, parameters: Mapping[str, str]) -> str:
    """The value of a declared parameter as a Spark SQL literal: numbers and booleans as they are, else a text."""
    declared = parameters[name]
    value = os.environ.get(f"BELLWETHER_PARAM_{name.upper()}", declared)
    if NUMBER.fullmatch(value) or value in {"true", "false"}:
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
