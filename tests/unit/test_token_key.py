"""The key of the tokens is made once, whoever comes first."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from spark_jobs.settings import load_settings
from spark_jobs.token_key import token_key

THREADS = 16


def test_builds_that_start_together_make_one_key(tmp_path: Path) -> None:
    for turn in range(20):
        settings = load_settings(home=tmp_path / str(turn))
        start = Barrier(THREADS)

        def first(settings=settings, start=start) -> bytes:
            start.wait()
            return token_key(settings)

        with ThreadPoolExecutor(THREADS) as pool:
            keys = {one.result() for one in [pool.submit(first) for _ in range(THREADS)]}
        assert len(keys) == 1
        assert [one.name for one in settings.home.iterdir()] == ["token.key"]
        assert stat.S_IMODE((settings.home / "token.key").stat().st_mode) == 0o600
