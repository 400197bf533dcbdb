"""Weekly: compact tables, remove files past their retention, archive month-ends, report orphans."""

from datetime import datetime

from airflow.sdk import DAG, task

from dags import _tasks
from spark_jobs.settings import load_settings

settings = load_settings()

with DAG(
    "maintenance",
    schedule="0 3 * * 6" if settings.schedule else None,
    start_date=datetime(2022, 1, 1),
    catchup=False,
    max_active_runs=1,
    params=_tasks.PARAMETERS,
    default_args=_tasks.DEFAULTS,
    doc_md=__doc__,
) as dag:
    task(pool="silver")(_tasks.maintain)()
