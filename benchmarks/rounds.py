"""Interleaved rounds of contestants, inside this process and as processes of their own,
and their tables.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence

from attrs import frozen

from benchmarks.aims import verdict
from benchmarks.processes import measured

RIVAL = "rival"
"""The aim of a contestant that is no part of this project."""


@frozen
class Row:
    """A contestant, its limit in words, its seconds a call, one for each round,
    and the peak memory of a process in KiB.
    """

    group: str
    name: str
    limit: str
    seconds: tuple[float, ...]
    peak: int = 0

    @property
    def median(self) -> float:
        """Seconds a call."""
        return statistics.median(self.seconds)


def measure_calls(
    found: Sequence[tuple[str, str, str, Callable[[], object]]], rounds: int, number: int
) -> list[Row]:
    """Contestants inside this process, their rounds interleaved;
    each is called `number` times a round. A call that gives seconds says itself how long it took.
    """
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for _, name, _, call in found:
            start = time.perf_counter()
            for _ in range(number):
                own = call()
            times.setdefault(name, []).append(
                own if isinstance(own, float) else (time.perf_counter() - start) / number
            )
    return [Row(group, name, limit, tuple(times[name])) for group, name, limit, _ in found]


def measure_processes(
    found: Sequence[tuple[str, str, str, list[str]]], rounds: int, warm: bool = True
) -> list[Row]:
    """Contestants that are whole processes, their rounds interleaved, after one that warms the
    caches. A rival, which may take seconds, has one round.
    """
    times: dict[str, list[tuple[float, int]]] = {}
    for number in range(rounds):
        for _, name, aim, command in found:
            if number == 0 and warm and aim != RIVAL:
                measured(command)
            if number == 0 or aim != RIVAL:
                times.setdefault(name, []).append(measured(command))
    return [
        Row(
            group,
            name,
            limit,
            tuple(seconds for seconds, _ in times[name]),
            max(peak for _, peak in times[name]),
        )
        for group, name, limit, _ in found
    ]


def tables(rows: Sequence[Row]) -> list[str]:
    """The rows as Markdown, a table for each group."""
    lines: list[str] = []
    first: dict[str, float] = {}
    medians: dict[str, dict[str, float]] = {}
    for row in rows:
        medians.setdefault(row.group, {})[row.name] = row.median
    for row in rows:
        if row.group not in first:
            lines += [
                "",
                f"## {row.group[:1].upper()}{row.group[1:]}",
                "",
                "| what | median | least | aim | | beside the first | peak |",
                "|---|---:|---:|---:|---|---:|---:|",
            ]
        base = first.setdefault(row.group, row.median)
        met = verdict(row.limit, row.median, row.peak, medians[row.group])
        peak = f"{row.peak / 1024:.0f} MB" if row.peak else ""
        lines.append(
            f"| {row.name} | {shown(row.median)} | {shown(min(row.seconds))} | {row.limit} | {met} | {row.median / base:.2f} | {peak} |"
        )
    return lines


def shown(seconds: float) -> str:
    """Seconds in the unit that fits."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e6:.2f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.0f} ms"


def machine() -> str:
    """This machine, without its name."""
    return f"{os.cpu_count()} processors ({platform.machine()}), {platform.python_implementation()} {platform.python_version()}, {platform.system()}"
