"""Rules that a contract states about its columns: limits, patterns, lists of values and conditions of its own."""

from collections.abc import Iterator
from typing import Any

from open_data_contract_standard.model import DataQuality

from spark_jobs.catalog.blocks import TypeOptions
from spark_jobs.catalog.models import Rule, Severity

LIMITS = {
    "minimum": ("at_least", ">=", "at least"),
    "maximum": ("at_most", "<=", "at most"),
    "exclusiveMinimum": ("above", ">", "above"),
    "exclusiveMaximum": ("below", "<", "below"),
}


def option_rules(column: str, type_: str, options: TypeOptions) -> Iterator[Rule]:
    """Critical rules from the column's minimum, maximum, pattern and length."""
    for option, (word, sign, words) in LIMITS.items():
        limit = getattr(options, option)
        if limit is not None:
            condition = f"{column} {sign} {literal(limit, type_)}"
            yield Rule(f"{column}_{word}_{_slug(limit)}", condition, "critical", f"{column} is {words} {limit}", column)
    if options.pattern is not None:
        condition = f"{column} rlike {literal(options.pattern)}"
        description = f"{column} matches {options.pattern}"
        yield Rule(f"{column}_matches_pattern", condition, "critical", description, column)
    for limit, word, sign in ((options.minLength, "at_least", ">="), (options.maxLength, "at_most", "<=")):
        if limit is not None:
            description = f"{column} has {word.replace('_', ' ')} {limit} characters"
            name = f"{column}_length_{word}_{limit}"
            yield Rule(name, f"length({column}) {sign} {limit}", "critical", description, column)


def quality_rule(quality: DataQuality, column: str | None, type_: str = "string") -> Rule | None:
    """The rule that a `quality` entry states; None when it is of a kind that contracts do not have here."""
    severity: Severity = quality.severity or "critical"  # type: ignore[assignment]
    if isinstance(quality.implementation, str):
        name = quality.name or f"{column or 'row'}_rule"
        return Rule(name, quality.implementation, severity, quality.description or name.replace("_", " "), column)
    if column is None or quality.mustBe != 0:
        return None
    if quality.metric == "nullValues":
        name = quality.name or f"{column}_is_present"
        return Rule(name, f"{column} is not null", severity, quality.description or f"{column} is present", column)
    values = (quality.arguments or {}).get("validValues")
    if quality.metric == "invalidValues" and isinstance(values, list) and values:
        condition = f"{column} in ({', '.join(literal(one, type_) for one in values)})"
        description = quality.description or f"{column} is one of {', '.join(map(str, values))}"
        return Rule(quality.name or f"{column}_is_known", condition, severity, description, column)
    return None


def literal(value: Any, type_: str = "string") -> str:
    """The value as a Spark SQL literal of this type."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and type_ != "string":
        return str(value)
    text = "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"{type_} {text}" if type_ in {"date", "timestamp"} else text


def _slug(value: Any) -> str:
    text = str(value).replace("-", "minus_", 1) if isinstance(value, int | float) else str(value)
    return "".join(letter if letter.isalnum() else "_" for letter in text).strip("_").lower()
