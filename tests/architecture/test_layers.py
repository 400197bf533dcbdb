"""Who may import whom: the contracts of [tool.importlinter] in pyproject.toml, and the rules of DAG files."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import PROJECT, files_of, text_of, told

DAG_IMPORTS = (
    "airflow",
    "spark_jobs.catalog",
    "spark_jobs.settings",
    "dags._tasks",
    "__future__",
    "datetime",
    "pathlib",
)
PACKAGES = ("dags", "dbt_project", "expectations", "infra", "serving", "spark_jobs")


def test_imports_point_one_way():
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program, "--no-cache", "--no-logo"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_every_folder_of_python_is_a_package():
    """A folder without __init__.py is invisible to the contracts above."""
    folders = {Path(name).parent for package in PACKAGES for name in files_of(".py", under=f"{package}/")}
    assert Path("spark_jobs/catalog") in folders
    missing = [f"{folder}/__init__.py is missing" for folder in sorted(folders) if not has_init(folder)]
    assert not missing, told(missing)


def has_init(folder: Path) -> bool:
    return (PROJECT / folder / "__init__.py").is_file()


def test_dag_files_import_airflow_the_catalogue_and_their_tasks_only():
    names = [name for name in files_of(".py", under="dags/") if not Path(name).name.startswith("_")]
    violations = [
        f"{name}:{line}: {module} — DAG files wire; move work to dags/_tasks.py"
        for name in names
        for line, module in imported(text_of(name))
        if not module.startswith(DAG_IMPORTS)
    ]
    assert not violations, told(violations)


def imported(source: str) -> list[tuple[int, str]]:
    """Line and module of every import, also those inside functions."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, one.name) for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, f"{node.module}.{one.name}") for one in node.names]
    return found


def test_imports_inside_functions_are_seen():
    source = "import os\ndef f():\n    from a.b import c, d\n"
    assert imported(source) == [(1, "os"), (3, "a.b.c"), (3, "a.b.d")]


def test_the_catalogue_loads_without_an_engine():
    program = "import sys; import spark_jobs.catalog.loading as one; one.load_catalog(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    engines = {"airflow", "dbt", "deltalake", "duckdb", "great_expectations", "pandas", "pyarrow", "pyspark"}
    assert "sqlglot" in run.stdout.split()
    assert not engines & set(run.stdout.split())
