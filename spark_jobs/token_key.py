"""The bank's one secret: the key of its tokens, which identity's content hashes are made under too."""

import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Any

KEY_VARIABLE = "BELLWETHER_TOKEN_KEY"


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
        Path(draft).unlink()


def key_check(key: bytes) -> str:
    """Eight digits that change with the key and tell nothing about it: another key means every token is another."""
    return hmac.new(key, b"bellwether token key check", hashlib.sha256).hexdigest()[:8]
