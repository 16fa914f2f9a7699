"""Rows of whole processes: a price from a cold start, and reading a long book with nothing,
all, or all but a line of it known.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pricelang
from benchmarks.long_book import long_book
from benchmarks.processes import FIRST_LOAD, measured
from benchmarks.rounds import RIVAL
from pricelang.syntax.parser import parse_file

LINES = 3_000
CLICK = "2.5 times import click, attrs"
PRICE = ["price", "--model", "claude-opus-4-7", "--at", "2026-04-17", "--input", "50k"]


def cold_processes() -> list[tuple[str, str, str, list[str]]]:
    """Contestants that are whole processes: group, name, limit, command.
    The first price of them warms the cache.
    """
    python = sys.executable
    price = [python, "-m", "pricelang", *PRICE]
    book = _long_path()
    rows = [
        ("cold price", "`python -c pass`", "", [python, "-c", "pass"]),
        (
            "cold price",
            '`python -c "import click, attrs"`',
            "",
            [python, "-c", "import click, attrs"],
        ),
        ("cold price", '`python -c "import attrs"`', "", [python, "-c", "import attrs"]),
        (
            "cold price",
            "`pricelang.load()`",
            "2.5 times import attrs",
            [python, "-c", "import pricelang; pricelang.load()"],
        ),
        ("cold price", "`pricelang price` of one record, `--json`", CLICK, [*price, "--json"]),
        ("cold price", "`pricelang price` of one record, table", CLICK, price),
        (
            "long book",
            f"a book of {LINES:,} lines, nothing cached",
            "1 s",
            [python, "-c", FIRST_LOAD, str(book)],
        ),
        (
            "long book",
            f"a book of {LINES:,} lines, cached",
            "",
            [python, "-c", "import sys, pricelang; pricelang.load(sys.argv[1])", str(book)],
        ),
    ]
    if importlib.util.find_spec("litellm") is not None:
        rows.append(
            (
                "cold price",
                '`python -c "import litellm"`',
                RIVAL,
                [python, "-c", "import litellm"],
            )
        )
    return rows


def cold_calls() -> list[tuple[str, str, str, Callable[[], float]]]:
    """Contestants inside this process: group, name, limit,
    and a call that gives the seconds of one try.
    """
    return [
        ("long book, in process", f"`load` of {LINES:,} lines, cached", "40 ms", _cached),
        (
            "long book, in process",
            "trees of it, a line changed",
            "",
            lambda: _changed("costs $7\n", f"costs ${time.time_ns()}\n"),
        ),
        (
            "long book, in process",
            "trees of it, a line more at the top",
            "",
            lambda: _changed("book long", f"# {time.time_ns()}\nbook long"),
        ),
    ]


def _long_path() -> Path:
    path = Path(tempfile.gettempdir()) / f"pricelang-benchmark-{os.getpid()}" / "long.price"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(long_book(LINES), encoding="utf-8")
    return path


def _cached() -> float:
    path = _long_path()
    pricelang.load(path)
    start = time.perf_counter()
    pricelang.load(path)
    return time.perf_counter() - start


def _changed(old: str, new: str) -> float:
    text = long_book(LINES)
    parse_file("long.price", text)
    changed = text.replace(old, new, 1)
    start = time.perf_counter()
    parse_file("long.price", changed)
    return time.perf_counter() - start


def clean() -> None:
    """Removes the book that was written."""
    shutil.rmtree(_long_path().parent)


def main() -> None:
    """Prints median and least of interleaved rounds."""
    import statistics

    rounds = 11
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for _, name, _, command in cold_processes():
            times.setdefault(name, []).append(measured(command)[0])
        for _, name, _, call in cold_calls():
            times.setdefault(name, []).append(call())
    for name, seconds in times.items():
        print(
            f"{name:55} {statistics.median(seconds) * 1e3:7.1f} ms  least {min(seconds) * 1e3:7.1f} ms"
        )
    clean()


if __name__ == "__main__":
    main()
