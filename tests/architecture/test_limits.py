"""Sizes of the style guide. What may exceed one is listed, with its reason, in [tool.bellwether.limits]."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from spark_jobs.catalog.documents import read_document
from tests.architecture.tree import PROJECT, files_of, text_of, told

PYTHON_LINES, FUNCTION_LINES, PARAMETERS, SQL_LINES, DAG_LINES, SOURCE_LINES, DEFINITION_LINES = (
    250,
    40,
    5,
    120,
    60,
    200,
    80,
)
DEFINITIONS = ("spark_jobs/entities/", "spark_jobs/sources/", "expectations/suites/", "dbt_project/definitions/")
COLUMN_LISTS = {"properties", "columns", "enum", "validValues", "value_set"}


def exceptions() -> dict[str, str]:
    with (PROJECT / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["tool"]["bellwether"]["limits"]["exceptions"]
    return {one["path"]: one["reason"] for one in listed}


Violation = tuple[str, str]
"""What an exception names (a path, or path:function), and the sentence that tells it."""


def violations() -> list[Violation]:
    """Everything that is larger than its limit."""
    found = [one for name in files_of(".py") for one in python_violations(name)]
    found += [one for name in files_of(".sql", under="dbt_project/") for one in sql_violations(name)]
    found += [one for folder in DEFINITIONS for name in files_of(".yml", under=folder) for one in yaml_violations(name)]
    return found


def test_no_file_and_no_function_is_larger_than_its_limit():
    assert len(files_of(".py")) > 10
    over = [sentence for path, sentence in violations() if path not in exceptions()]
    assert not over, told(over)


def test_each_exception_has_a_reason_and_is_still_needed():
    over = dict(violations())
    stale = [path for path in exceptions() if path not in over]
    assert not stale, told([f"{path} is within the limits: take its exception out" for path in stale])
    assert all(len(reason) > 20 for reason in exceptions().values())


def python_violations(name: str) -> Iterator[Violation]:
    tree = ast.parse(text_of(name))
    is_dag = name.startswith("dags/") and not Path(name).name.startswith("_")
    lines, limit = code_lines(text_of(name), tree), DAG_LINES if is_dag else PYTHON_LINES
    if lines > limit:
        yield name, f"{name}: {lines} lines, the limit is {limit}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from function_violations(name, node)


def function_violations(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Violation]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES:
        yield (
            f"{name}:{node.name}",
            f"{name}:{node.lineno}: {node.name} has {lines} lines, the limit is {FUNCTION_LINES}",
        )
    given = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    own = [one for one in given if one not in {"self", "cls"}]
    if len(own) > PARAMETERS and not name.startswith("tests/"):
        yield (
            f"{name}:{node.name}",
            f"{name}:{node.lineno}: {node.name} has {len(own)} parameters, the limit is {PARAMETERS}",
        )


def code_lines(text: str, tree: ast.Module) -> int:
    """Lines of the file without its tables: lists of columns and flat mappings at module level do not count."""
    tables = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) and is_table(node.value)]
    return len(text.splitlines()) - sum((node.end_lineno or node.lineno) - node.lineno for node in tables)


def is_table(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Dict):
        return all(is_table(one) for one in (*node.keys, *node.values))
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return all(is_table(one) for one in node.elts)
    if isinstance(node, ast.Call):
        return all(is_table(one) for one in (*node.args, *(keyword.value for keyword in node.keywords)))
    return node is None or isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.UnaryOp)


def sql_violations(name: str) -> Iterator[Violation]:
    lines = len(text_of(name).splitlines())
    if lines > SQL_LINES:
        yield name, f"{name}: {lines} lines, the limit is {SQL_LINES}"


def yaml_violations(name: str) -> Iterator[Violation]:
    if name.startswith("spark_jobs/sources/"):
        lines, limit = len(text_of(name).splitlines()), SOURCE_LINES
    else:
        lines, limit = lines_without_columns(PROJECT / name), DEFINITION_LINES
    if lines > limit:
        yield name, f"{name}: {lines} lines, the limit is {limit}"


def lines_without_columns(file: Path) -> int:
    """Lines of a definition beside those that list columns or values."""
    document = read_document(file)
    listing = {line for place, (line, _) in document.marks.items() if COLUMN_LISTS & {*map(str, place[:-1])}}
    return len(file.read_text(encoding="utf-8").splitlines()) - len(listing)


def test_a_table_of_constants_does_not_count():
    text = "A = {\n    'a': 1,\n    'b': 2,\n}\n\n\ndef f():\n    return A\n"
    assert code_lines(text, ast.parse(text)) == 5


def test_a_long_function_with_many_parameters_is_told_twice():
    body = "def f(a, b, c, d, e, *, g):\n" + "    pass\n" * 40
    node = ast.parse(body).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert [sentence for _, sentence in function_violations("x.py", node)] == [
        "x.py:1: f has 41 lines, the limit is 40",
        "x.py:1: f has 6 parameters, the limit is 5",
    ]
