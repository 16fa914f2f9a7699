"""Files as they lie on a disk or come through a pipe:
packed or not, counted as they are read, bombs refused.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Buffer

STDIN = "-"
GZIP, ZSTD, PARQUET, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"PK\x03\x04"
MAX_RATIO = 250
"""How many times its size a packed file may unpack to, once it is larger than `FREE_SIZE`."""
FREE_SIZE = 64 * 2**20
_CHUNK = 2**17
_FEED = (
    2**9
    # a few bytes of Zstandard may stand for a block of 128 KiB,
    # and all that is fed is unpacked at once
)


class BadArchive(OSError):
    """A packed file that cannot be unpacked, with the code and the help of the fault."""

    def __init__(self, code: str, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.help = code, message, help


class Progress:
    """How many bytes of the files were read,
    of how many in all (None where a pipe does not say).
    """

    def __init__(self, total: int | None = None) -> None:
        self.read = 0
        self.total = total


class _Source(io.RawIOBase):
    """A stream with some bytes put back in front of it, counting what is taken."""

    def __init__(self, stream: IO[bytes], head: bytes, progress: Progress | None) -> None:
        self._stream, self._head, self._progress = stream, head, progress
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._head:
            data, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            read = getattr(self._stream, "read1", self._stream.read)
            data = read(len(view))
        view[: len(data)] = data
        self.taken += len(data)
        if self._progress is not None:
            self._progress.read += len(data)
        return len(data)


class _Unpacked(io.RawIOBase):
    """What a packed stream unpacks to;
    ends with a `BadArchive` where it is damaged, cut, or a bomb.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        taken: Callable[[], int],
        errors: tuple[type[Exception], ...],
    ) -> None:
        self._read, self._taken, self._errors = read, taken, errors
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._read(min(len(view), _CHUNK))
        except EOFError:
            raise BadArchive(
                "bad_archive", "the packed file ends too early: what was read until then counts"
            ) from None
        except self._errors as error:
            raise BadArchive(
                "bad_archive",
                f"the packed file is damaged: {str(error)[:100] or type(error).__name__}",
            ) from None
        view[: len(data)] = data
        self._given += len(data)
        if self._given > FREE_SIZE and self._given > MAX_RATIO * self._taken():
            raise BadArchive(
                "too_compressed",
                f"the file unpacks to more than {MAX_RATIO} times its size: reading stops",
                "unpack it yourself if it is the right file",
            )
        return len(data)


class _Zstandard:
    """The frames of a Zstandard stream one behind the other;
    a frame that does not end is an `EOFError`.
    """

    def __init__(self, source: _Source, zstandard: Any) -> None:
        self._source = io.BufferedReader(source, _CHUNK)
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=2**27)
        self._frame: Any = None
        self._rest = self._ready = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end."""
        while not self._ready:
            data, self._rest = self._rest or self._source.read(_FEED), b""
            if not data:
                if self._frame is not None:
                    raise EOFError
                return b""
            if self._frame is None:
                self._frame = self._decompressor.decompressobj()
            self._ready = self._frame.decompress(data)
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
        found, self._ready = self._ready[:size], self._ready[size:]
        return found


def opened(stream: IO[bytes], progress: Progress | None = None) -> IO[bytes]:
    """A binary stream, unpacked where its first bytes say that it is gzip or Zstandard.
    Raises `BadArchive`, then or later.

    A Parquet file, whose rows are read by its name alone, is told from text at once.
    """
    head = stream.read(4)
    source = _Source(stream, head, progress)
    if head.startswith(GZIP):
        import gzip
        import zlib

        packed = gzip.GzipFile(fileobj=io.BufferedReader(source, _CHUNK))
        return unpacked(packed.read, lambda: source.taken, (zlib.error, gzip.BadGzipFile))
    if head == PARQUET:
        raise BadArchive(
            "table",
            "this is a Parquet file: a table, not a text with records",
            "give it as a file whose name ends in `.parquet`",
        )
    if head == ZIP:
        raise BadArchive(
            "bad_archive",
            "this is a zip archive, which can be read only where it lies on a disk",
            "give its path there, or unpack it and give the folder",
        )
    if head == ZSTD:
        try:
            import zstandard
        except ImportError:
            raise BadArchive(
                "no_zstandard",
                "Zstandard is not installed",
                "pip install 'pricelang[zstd]', or unpack the file first",
            ) from None
        frames = _Zstandard(source, zstandard)
        return unpacked(frames.read, lambda: source.taken, (zstandard.ZstdError,))
    return io.BufferedReader(source, _CHUNK)


def unpacked(
    read: Callable[[int], bytes], taken: Callable[[], int], errors: tuple[type[Exception], ...]
) -> IO[bytes]:
    """What `read` unpacks, as a stream; `taken` says of how many bytes so far, `errors` are those
    of damage. Ends with a `BadArchive` where it is damaged, cut, or a bomb.
    """
    return io.BufferedReader(_Unpacked(read, taken, errors), _CHUNK)


def is_zip(stream: IO[bytes]) -> bool:
    """Decides whether a stream at its beginning is a zip archive, which is read in any order."""
    if not stream.seekable():
        return False
    head = stream.read(len(ZIP))
    stream.seek(0)
    return head == ZIP


def standard_input() -> IO[bytes]:
    """The bytes of standard input. Raises `OSError` where there is none."""
    if sys.stdin is None:
        raise OSError("there is no standard input")
    return sys.stdin.buffer
