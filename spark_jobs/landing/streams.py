"""A delivered file as one stream of UTF-8 blocks: hashed while read, unpacked within bounds, decoded strictly."""

import bz2
import codecs
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, BinaryIO, cast

from spark_jobs.landing.problems import RejectedDeliveryError

BLOCK = 8 << 20
MAX_RATIO = 250
MAX_BYTES = 64 << 30
RATIO_COUNTS_FROM = 32 << 20
BROKEN_ARCHIVE = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, OSError, ValueError, NotImplementedError)
_MARKER = re.compile("[\udc00-\udcff]")


class _Hashing(io.RawIOBase):
    """Passes on what it reads from a file and hashes it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._file.readinto(buffer)
        self.digest.update(buffer[:count])
        return count

    def close(self) -> None:
        """Readers on top close what they read from; the rest is still to be hashed."""

    def finish(self) -> None:
        self._file.close()


class DeliveredFile:
    """One file, read once: `blocks()` or `stream()` gives its content, `content_hash()` what was delivered."""

    def __init__(self, path: Path, encoding: str = "utf-8", options: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.encoding = encoding
        self.options = options or {}
        self.before = self._stamp()
        self._raw = _Hashing(path)
        self._read = 0

    def _stamp(self) -> tuple[int, int]:
        status = self.path.stat()
        return status.st_size, status.st_mtime_ns

    def is_changing(self) -> bool:
        """Whether the file was written to since it was opened."""
        return self._stamp() != self.before

    def content_hash(self) -> str:
        """Hash (sha256, hex) of the delivered bytes, reading what was left unread."""
        while self._raw.read(BLOCK):
            pass
        return self._raw.digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._raw.finish()

    def local_file(self) -> Path:
        """The file itself, hashed, for formats that need random access."""
        self.content_hash()
        return self.path

    @property
    def is_packed(self) -> bool:
        """Whether the file is an archive, by its ending."""
        return self.path.suffix.lower() in (".gz", ".bz2", ".zip")

    def stream(self) -> BinaryIO:
        """Unpacked bytes. Raises RejectedDeliveryError where an archive is broken or larger than allowed."""
        return cast(BinaryIO, io.BufferedReader(_Bounded(self, self._unpacked()), BLOCK))

    def _unpacked(self) -> IO[bytes]:
        buffered = io.BufferedReader(self._raw, BLOCK)
        match self.path.suffix.lower():
            case ".gz":
                return cast(IO[bytes], gzip.GzipFile(fileobj=buffered))
            case ".bz2":
                return bz2.BZ2File(buffered)
            case ".zip":
                return self._member()
            case _:
                return buffered

    def _member(self) -> IO[bytes]:
        self.content_hash()
        pattern = self.options.get("member", "*")
        try:
            archive = zipfile.ZipFile(self.path)
            names = [one for one in archive.namelist() if not one.endswith("/") and fnmatch(one, pattern)]
            if len(names) != 1:
                found = ", ".join(archive.namelist()[:5]) or "nothing"
                raise RejectedDeliveryError(
                    "archive_member", f"{self.path.name} holds {len(names)} files that match {pattern!r} ({found})"
                )
            return archive.open(names[0])
        except BROKEN_ARCHIVE as error:
            raise RejectedDeliveryError("broken_archive", f"{self.path.name} cannot be unpacked: {error}") from error

    def blocks(self) -> Iterator[bytes]:
        """Content as UTF-8, in blocks of some MB. Bytes that the encoding forbids stay invalid UTF-8."""
        stream = self.stream()
        encoding = codecs.lookup(self.encoding).name
        if encoding in ("utf-8", "ascii", "utf-8-sig"):
            first = stream.read(BLOCK)
            yield first.removeprefix(codecs.BOM_UTF8)
            while block := stream.read(BLOCK):
                yield block
            return
        decoder = codecs.getincrementaldecoder(encoding)(errors="bellwether_marker")
        is_first = True
        while block := stream.read(BLOCK):
            text = decoder.decode(block)
            yield (text.removeprefix("\ufeff") if is_first else text).encode("utf-8", "surrogatepass")
            is_first = False
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


class _Bounded(io.RawIOBase):
    """Unpacked bytes, up to a size and a ratio."""

    def __init__(self, file: DeliveredFile, source: IO[bytes]) -> None:
        self._name, self._source, self._count = file.path.name, source, 0
        self._max = int(file.options.get("max_bytes", MAX_BYTES))
        if file.is_packed:
            ratio = float(file.options.get("max_ratio", MAX_RATIO))
            self._max = min(self._max, max(RATIO_COUNTS_FROM, int(ratio * file.before[0])))
        self._is_packed = file.is_packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            count = self._source.readinto(buffer)  # type: ignore[attr-defined]
        except BROKEN_ARCHIVE as error:
            if not self._is_packed:
                raise
            reason = f"{self._name} is cut or damaged after {self._count:,} unpacked bytes: {error}"
            raise RejectedDeliveryError("broken_archive", reason) from error
        self._count += count
        if self._count > self._max:
            reason = (
                f"{self._name} unpacks to more than {self._max:,} bytes; options max_bytes and max_ratio allow more"
            )
            raise RejectedDeliveryError("archive_too_large", reason)
        return count


def raw_text(record: bytes) -> str:
    r"""A record as text that can be stored: bytes that were no text are shown as `\xNN`."""
    try:
        return record.decode()
    except UnicodeDecodeError:
        pass
    try:
        return _MARKER.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", record.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return record.decode("utf-8", "backslashreplace")


def is_text(record: bytes) -> bool:
    """Whether every byte of the record was text in the declared encoding."""
    try:
        record.decode()
    except UnicodeDecodeError:
        return False
    return True


def _marker(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("bellwether_marker", _marker)
