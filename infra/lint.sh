#!/bin/sh
# Every check that reads code and runs none of it; all are run, and one failure fails the whole.
cd "$(dirname "$0")/.." || exit 1
failed=0
check() {
    printf '%s\n' "== $*"
    "$@" || failed=1
}
bin=.venv/bin
check $bin/ruff check .
check $bin/ruff format --check .
check $bin/mypy spark_jobs infra dags expectations dbt_project serving
check $bin/yamllint -s .
check $bin/lint-imports
check $bin/python -m spark_jobs.catalog
[ -f .sqlfluff ] && check $bin/sqlfluff lint dbt_project/models dbt_project/data-tests
exit $failed
