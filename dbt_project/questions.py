"""The analyst questions of docs/questions: one file each, run on what is released, written down with their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "questions"
INTRODUCTION = """# Questions and their answers

Each question is a file in this folder: the question, what its answer tells, and the SQL over `serving`. Run one in any
SQL client of the lakehouse (see the README); `python -m dbt_project.questions` runs all and writes this page.
To add one, add a file: the first comment line asks, the second begins with `Tells:`.
"""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its name is the file's stem."""

    name: str
    text: str
    tells: str
    sql: str


def load_questions(folder: Path = FOLDER) -> list[Question]:
    """Every question of the folder, in order of name. Raises ValueError naming a file without its two comment lines."""
    return [_read(path) for path in sorted(folder.glob("*.sql"))]


def _read(path: Path) -> Question:
    first, second, *rest = path.read_text(encoding="utf-8").splitlines()
    if not (first.startswith("-- ") and second.startswith("-- Tells: ")):
        raise ValueError(f"{path.name} must begin with `-- <question>` and `-- Tells: <what its answer tells>`.")
    return Question(path.stem, first[3:], second.removeprefix("-- Tells: "), "\n".join(rest))


def ask(spark: Any, question: Question, schema: str = "serving") -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of the answer, reading from `schema` in place of serving."""
    frame = spark.sql(question.sql.replace("serving.", f"{schema}."))
    return frame.columns, [tuple(row) for row in frame.collect()]


def page(answers: Iterable[tuple[Question, list[str], list[tuple[Any, ...]]]], title: str) -> str:
    """The questions with their answers as Markdown; `title` says which bank and date the answers are for."""
    parts = [INTRODUCTION, f"The answers below are for {title}.\n"]
    for question, columns, rows in answers:
        parts.append(f"## {question.text}\n\n{question.tells}\n")
        parts.append(f"```sql\n{question.sql}\n```\n")
        parts.append(_table(columns, rows) if rows else "No row.\n")
    return "\n".join(parts)


def _table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = [columns, ["---"] * len(columns), *([_shown(value) for value in row] for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def main() -> None:
    """Ask every question of the latest release and write docs/questions/README.md."""
    from spark_jobs.session import close, connect
    from spark_jobs.settings import load_settings

    settings = load_settings()
    spark = connect(settings, "questions", "answers")
    try:
        day = spark.sql("select max(as_of_date) from serving.customer_360").collect()[0][0]
        answers = [(question, *ask(spark, question)) for question in load_questions()]
        title = f"the {settings.environment} bank on {day}"
        (FOLDER / "README.md").write_text(page(answers, title), encoding="utf-8")
    finally:
        close(spark)


if __name__ == "__main__":
    main()
