"""What a session needs before silver is built: settings, and the token key as a view of the session."""

import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spark_jobs.transforms.tokens import KEY_SCHEMA, KEY_VIEW, token_key_rows

SESSION_SETTINGS = {
    "spark.sql.ansi.enabled": "false",  # an expression that cannot be computed is NULL and becomes a quarantine reason
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.constraintPropagation.enabled": "false",  # its cost grows with the square of a contract's width
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
}
KEY_VARIABLE = "BELLWETHER_TOKEN_KEY"


@contextmanager
def silver_session(spark: Any, key: bytes) -> Iterator[None]:
    """The session with silver's settings and the token key, as it was before afterwards.

    It is made the active one: a checkpoint belongs to the active session, whatever session its frame is of.
    """
    type(spark)._set_default_and_active_session(spark)
    before = {name: str(spark.conf.get(name)) for name in SESSION_SETTINGS}
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    spark.createDataFrame(token_key_rows(key), KEY_SCHEMA).createOrReplaceTempView(KEY_VIEW)
    try:
        yield
    finally:
        spark.catalog.dropTempView(KEY_VIEW)
        for name, value in before.items():
            spark.conf.set(name, value)


def token_key(settings: Any) -> bytes:
    """The key of the tokens, from BELLWETHER_TOKEN_KEY or the settings' 0600 file, which is made when missing.

    Raises PermissionError when others may read the file.
    """
    if os.environ.get(KEY_VARIABLE):
        return os.environ[KEY_VARIABLE].encode()
    file = Path(settings.token_key_file or settings.home / "token.key")
    if not file.exists():
        _write_new_key(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise PermissionError(f"{file} may be read by others: chmod 600 {file}")
    key = file.read_bytes().strip()
    if len(key) < 16:
        raise ValueError(f"{file} holds fewer than 16 bytes, which is no key")
    return key


def _write_new_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)  # 0600, and of this thread alone
    with os.fdopen(handle, "w") as writer:
        writer.write(secrets.token_hex(32))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # another thread or process was faster: its key counts
    finally:
        os.unlink(draft)


def key_check(key: bytes) -> str:
    """Eight digits that change with the key and tell nothing about it: another key means every token is another."""
    return hmac.new(key, b"bellwether token key check", hashlib.sha256).hexdigest()[:8]
