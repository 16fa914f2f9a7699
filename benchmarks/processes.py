"""Seconds and peak memory of whole processes."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile

# A process counts as its own what it was before it became the command, so a small one starts it.
_START = (
    "import os, sys, time; start = time.perf_counter(); child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ); "
    "_, status, used = os.wait4(child, 0); seconds = time.perf_counter() - start; "
    "print(os.waitstatus_to_exitcode(status), used.ru_maxrss, seconds, file=sys.stderr)"
)

FIRST_LOAD = (
    "import os, shutil, sys, tempfile; os.environ['PRICELANG_CACHE'] = folder = "
    "tempfile.mkdtemp(); import pricelang; pricelang.load(sys.argv[1]); shutil.rmtree(folder)"
)
"""A program that loads a book (its argument) with nothing in the cache."""


def measured(command: list[str]) -> tuple[float, int]:
    """The seconds of a command and its peak memory in KiB. Raises `RuntimeError` where it fails."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", _START, *command],
        capture_output=True,
        text=True,
        env=_as_installed(),
        check=True,
    )
    code, peak, seconds = done.stderr.splitlines()[-1].split()
    if code != "0":
        raise RuntimeError(f"{' '.join(command[:6])} … ended with {code}: {done.stderr[-400:]}")
    return float(seconds), int(peak)


def _as_installed() -> dict[str, str]:
    """The environment of a command whose modules are compiled once, as those of an installed
    package are, also where this one forbids to write bytecode: or each start would compile them.
    """
    kept = {name: word for name, word in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "NO_COLOR": "1", "PYTHONPYCACHEPREFIX": _bytecode().name}


@functools.cache
def _bytecode() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with this process."""
    return tempfile.TemporaryDirectory(prefix="pricelang-bytecode-")
