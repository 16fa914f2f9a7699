"""Measures one record, the cold start, tables of millions of rows and audits, each beside its rival and its aim; writes RESULTS.md.

Rounds of the contestants are interleaved, so that a machine that changes its speed changes it for all. Medians and
ratios are what to read; nothing here judges, and nothing in the test suite is timed.

    python -m benchmarks            # all rows, into benchmarks/RESULTS.md
    python -m benchmarks --quick    # fewer rounds, to the terminal only
    python -m benchmarks --only tables
"""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import click
from attrs import frozen

import pricelang
from benchmarks.processes import measured

RECORD = {"input": 12_000, "output": 1_500, "cache_read": 80_000, "cache_write_5m": 4_000}
# What the record pays per token, in units of 10**-8 dollars: for the sums written by hand.
UNITS = {"input": 300, "output": 1500, "cache_read": 30, "cache_write_5m": 375}
PRICES = {meter: Decimal(units).scaleb(-8) for meter, units in UNITS.items()}
DAY, MODEL = "2026-02-10", "claude-sonnet-4-5"
REPORT = Path(__file__).parent / "RESULTS.md"


@frozen
class Row:
    """A contestant, its limit in words, its seconds a call, one for each round, and the peak memory of a process in KiB."""

    group: str
    name: str
    limit: str
    seconds: tuple[float, ...]
    peak: int = 0

    @property
    def median(self) -> float:
        """Seconds a call."""
        return statistics.median(self.seconds)


def calls() -> list[tuple[str, str, str, Callable[[], object]]]:
    """The contestants that run inside this process: group, name, limit, one call."""
    book = pricelang.load()
    day = book.at(DAY)
    found: list[tuple[str, str, str, Callable[[], object]]] = [
        ("one record", "integers times integers, by hand", "the limit", by_hand),
        ("one record", "the same with decimals, by hand", "", by_hand_in_decimals),
        ("one record", "`book.total(…)`", "1.2 µs", lambda: book.total(model=MODEL, at=DAY, usage=RECORD)),
        ("one record", "`book.at(day).total(…)`", "1.2 µs", lambda: day.total(model=MODEL, usage=RECORD)),
        ("one record", "`book.total(…, service_tier, inference_geo)`", "1.2 µs",
         lambda: book.total(model="claude-opus-4-7", at="2026-04-17", usage=RECORD, service_tier="batch", inference_geo="us")),
        ("one record", "`book.price(…)`, lines not asked for", "1.5 µs", lambda: book.price(model=MODEL, at=DAY, usage=RECORD)),
        ("one record", "`book.price(…).lines`, every line built", "4 µs",
         lambda: book.price(model=MODEL, at=DAY, usage=RECORD).lines),
    ]  # fmt: skip
    rivals = {"`genai_prices.calc_price(…)`": genai_prices_call(), "`litellm.cost_per_token(…)`": litellm_call()}
    return found + [("one record", name, "rival", call) for name, call in rivals.items() if call is not None]


def by_hand() -> int:
    """What no calculator in Python can be faster than: the sum alone, of known rates and unchecked quantities."""
    return sum(UNITS[meter] * quantity for meter, quantity in RECORD.items())


def by_hand_in_decimals() -> Decimal:
    """The sum as most would write it; it rounds where the caller's context does."""
    return sum((PRICES[meter] * quantity for meter, quantity in RECORD.items()), Decimal(0))


def genai_prices_call() -> Callable[[], object] | None:
    """The same record priced by genai-prices, or None where it is not installed."""
    try:
        from genai_prices import Usage, calc_price
    except ImportError:
        return None
    usage = Usage(
        input_tokens=RECORD["input"] + RECORD["cache_read"] + RECORD["cache_write_5m"], output_tokens=RECORD["output"],
        cache_read_tokens=RECORD["cache_read"], cache_write_tokens=RECORD["cache_write_5m"],
    )  # fmt: skip
    at = datetime.datetime(2026, 2, 10, tzinfo=datetime.UTC)
    return lambda: calc_price(usage, model_ref=MODEL, provider_id="anthropic", genai_request_timestamp=at)


def litellm_call() -> Callable[[], tuple[float, float]] | None:
    """The same record priced by litellm, in floats, or None where it is not installed."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # the prices in the package, not those of the day
    try:
        from litellm import cost_per_token
    except ImportError:
        return None
    return lambda: cost_per_token(
        model=MODEL, custom_llm_provider="anthropic", completion_tokens=RECORD["output"],
        prompt_tokens=RECORD["input"] + RECORD["cache_read"] + RECORD["cache_write_5m"],
        cache_read_input_tokens=RECORD["cache_read"], cache_creation_input_tokens=RECORD["cache_write_5m"],
    )  # fmt: skip


def measure_calls(found: Sequence[tuple[str, str, str, Callable[[], object]]], rounds: int, number: int) -> list[Row]:
    """Contestants inside this process, their rounds interleaved; each is called `number` times a round. A call that gives
    seconds says itself how long it took."""
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for _, name, _, call in found:
            start = time.perf_counter()
            for _ in range(number):
                own = call()
            times.setdefault(name, []).append(own if isinstance(own, float) else (time.perf_counter() - start) / number)
    return [Row(group, name, limit, tuple(times[name])) for group, name, limit, _ in found]


def measure_processes(found: Sequence[tuple[str, str, str, list[str]]], rounds: int) -> list[Row]:
    """Contestants that are whole processes, their rounds interleaved, after one that warms the caches."""
    times: dict[str, list[tuple[float, int]]] = {}
    for number in range(rounds + 1):
        for _, name, _, command in found:
            if number or rounds == 1:
                times.setdefault(name, []).append(measured(command))
            else:
                measured(command)
    return [
        Row(group, name, limit, tuple(seconds for seconds, _ in times[name]), max(peak for _, peak in times[name]))
        for group, name, limit, _ in found
    ]


def agreement() -> str:
    """What the calculators say of the record, so that the race is over the same work."""
    found = {"pricelang": str(pricelang.load().total(model=MODEL, at=DAY, usage=RECORD)), "hand": str(by_hand_in_decimals().normalize())}
    genai, litellm = genai_prices_call(), litellm_call()
    if genai is not None:
        found["genai-prices"] = str(getattr(genai(), "total_price", None))
    if litellm is not None:
        found["litellm"] = str(sum(litellm()))
    return "The record costs " + ", ".join(f"{amount} by {name}" for name, amount in found.items()) + "."


def tables(rows: Sequence[Row]) -> list[str]:
    """The rows as Markdown, a table for each group."""
    lines: list[str] = []
    first: dict[str, float] = {}
    for row in rows:
        if row.group not in first:
            lines += ["", f"## {row.group[:1].upper()}{row.group[1:]}", "", "| what | median | least | aim | beside the first | peak |", "|---|---:|---:|---:|---:|---:|"]
        base = first.setdefault(row.group, row.median)
        peak = f"{row.peak / 1024:.0f} MB" if row.peak else ""
        lines.append(f"| {row.name} | {shown(row.median)} | {shown(min(row.seconds))} | {row.limit} | {row.median / base:.2f} | {peak} |")
    return lines


def shown(seconds: float) -> str:
    """Seconds in the unit that fits."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e6:.2f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.0f} ms"


def machine() -> str:
    """This machine, without its name."""
    return f"{os.cpu_count()} processors ({platform.machine()}), {platform.python_implementation()} {platform.python_version()}, {platform.system()}"


PARTS = ("record", "cold", "tables", "audit", "spark")


def part(name: str, quick: bool) -> list[str]:
    """One part of the page, measured now."""
    if name == "record":
        return [*tables(measure_calls(calls(), 3 if quick else 15, 2_000 if quick else 10_000)), "", agreement()]
    if name == "cold":
        from benchmarks.cold import clean, cold_calls, cold_processes

        lines = tables([*measure_processes(cold_processes(), 2 if quick else 9), *measure_calls(cold_calls(), 3 if quick else 15, 1)])
        clean()
        return lines
    if name == "tables":
        from benchmarks import engines

        engines.usage()
        lines = tables(measure_calls(engines.engine_calls(), 1 if quick else 7, 1))
        lines += ["", "| what | peak memory | aim |", "|---|---:|---:|"]
        lines += [f"| {what} | {peak / 1024:.0f} MB | {limit} |" for what, limit, peak in engines.memory()]
        lines += ["", engines.agreement()]
        engines.clean()
        return lines
    if name == "spark":
        if find_spec("pyspark") is None or shutil.which("java") is None:
            return ["", "## Spark", "", "Not measured: there is no pyspark, or no Java."]
        from benchmarks.spark import rows

        said, found = rows(1_000_000 if quick else 10_000_000, 1 if quick else 5, "local[2]")
        return [*tables(found), "", said]
    from benchmarks.audit import audit_processes

    return tables(measure_processes(audit_processes(), 1 if quick else 3))


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Fewer rounds, to the terminal only.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Some parts, to the terminal only.")
def main(quick: bool, only: tuple[str, ...]) -> None:
    lines = ["# Results", "", f"Written by `python -m benchmarks`: medians of interleaved rounds, on {machine()}. Aims are of such a machine."]
    for name in only or PARTS:
        lines += part(name, quick)
    page = "\n".join(lines) + "\n"
    click.echo(page)
    if not quick and not only:
        REPORT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
