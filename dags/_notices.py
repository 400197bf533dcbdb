"""What is said when a run stops, and to whom."""

import json
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen

from spark_jobs.settings import Settings, load_settings

log = logging.getLogger(__name__)


def notify_stopped(context: Any) -> None:
    """Tell the declared channels which task stopped, why, and where to look."""
    settings = load_settings()
    instance = context["ti"]
    error = context.get("exception")
    cause = getattr(error, "__cause__", None) or error
    notice = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "dag": instance.dag_id,
        "run": context.get("run_id", ""),
        "task": instance.task_id,
        "reason": str(cause).strip(),
        "owner": str(getattr(cause, "owner", "") or "see the contract named in the reason (team.name)"),
        "look": f"governance.quality_results, quarantine.rows; {settings.home / 'runs'}",
    }
    write_notice(settings, notice)


def write_notice(settings: Settings, notice: dict[str, str]) -> None:
    """Append to <home>/notices.log; send to the webhook too when one is set. A dead channel stops nothing."""
    settings.home.mkdir(parents=True, exist_ok=True)
    text = json.dumps(notice, ensure_ascii=False)
    with (settings.home / "notices.log").open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    log.error("%s stopped at %s: %s", notice["dag"], notice["task"], notice["reason"])
    if not settings.webhook.startswith(("http://", "https://")):
        return
    request = Request(settings.webhook, text.encode(), {"Content-Type": "application/json"}, method="POST")
    try:
        urlopen(request, timeout=10).close()
    except OSError as error:
        log.warning("the webhook could not be told: %s", error)
