"""Measures one record, the cold start, tables of millions of rows, audits and
reconciliations, each beside its rival and its aim; writes RESULTS.md.

Rounds of the contestants are interleaved, so that a machine that changes its speed changes it for
all. Medians and ratios are what to read; nothing here judges, and nothing in the test suite is
timed.

    python -m benchmarks            # all rows, into benchmarks/RESULTS.md
    python -m benchmarks --quick    # fewer rounds, to the terminal only
    python -m benchmarks --only tables
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import click

from benchmarks.record import agreement, calls
from benchmarks.rounds import machine, measure_calls, measure_processes, tables

REPORT = Path(__file__).parent / "RESULTS.md"
PARTS = ("record", "readers", "cold", "tables", "audit", "reconcile", "spark")


def part(name: str, quick: bool) -> list[str]:
    """One part of the page, measured now."""
    if name == "record":
        return [
            *tables(measure_calls(calls(), 3 if quick else 15, 2_000 if quick else 10_000)),
            "",
            agreement(),
        ]
    if name == "readers":
        from benchmarks import readers

        return tables(measure_calls(readers.calls(), 1 if quick else 7, 1))
    if name == "cold":
        from benchmarks.cold import clean, cold_calls, cold_processes

        lines = tables(
            [
                *measure_processes(cold_processes(), 2 if quick else 9),
                *measure_calls(cold_calls(), 3 if quick else 15, 1),
            ]
        )
        clean()
        return lines
    if name == "tables":
        from benchmarks import engines

        engines.usage()
        engines.mixed()
        lines = tables(measure_calls(engines.engine_calls(), 1 if quick else 7, 1))
        lines += ["", "| what | peak memory | aim |", "|---|---:|---:|"]
        lines += [
            f"| {what} | {peak / 1024:.0f} MB | {limit} |" for what, limit, peak in engines.memory()
        ]
        lines += ["", engines.agreement()]
        engines.clean()
        return lines
    if name == "reconcile":
        from benchmarks.reconciliation import reconcile_calls

        return tables(measure_calls(reconcile_calls(), 1 if quick else 3, 1))
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
@click.option(
    "--only", type=click.Choice(PARTS), multiple=True, help="Some parts, to the terminal only."
)
def main(quick: bool, only: tuple[str, ...]) -> None:
    lines = [
        "# Results",
        "",
        f"Written by `python -m benchmarks`: medians of interleaved rounds, on {machine()}. Aims are of such a machine.",
    ]
    for name in only or PARTS:
        lines += part(name, quick)
    page = "\n".join(lines) + "\n"
    click.echo(page)
    if not quick and not only:
        REPORT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
