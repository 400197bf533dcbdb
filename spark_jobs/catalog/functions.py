"""Functions that Spark SQL knows, so that a misspelt one is found before Spark starts."""

import re
from functools import cache
from pathlib import Path

NAMES_FILE = Path(__file__).with_name("spark_functions.txt")
"""What `show functions` lists in Spark 4.2."""
SYNTAX = frozenset({"try_cast", "timestampadd", "timestampdiff", "varchar", "then", "else", "is", "interval", "over"})
"""Words that may stand before a bracket and are no functions."""
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`""", re.DOTALL)
CALL = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*\(")


@cache
def spark_functions() -> frozenset[str]:
    """Names of Spark's functions, in lower case."""
    return frozenset(NAMES_FILE.read_text(encoding="utf-8").split())


def unknown_functions(expression: str) -> list[str]:
    """Names that the expression calls and Spark does not have, in order."""
    called = dict.fromkeys(name.lower() for name in CALL.findall(QUOTED.sub("''", expression)))
    return [name for name in called if name not in spark_functions() and name not in SYNTAX]
