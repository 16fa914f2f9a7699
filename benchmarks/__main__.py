"""Measures one record, the cold start, whole books, tables of millions of rows, accounts,
audits and reconciliations, each beside its rival and its aim; writes RESULTS.md.

Rounds of the contestants are interleaved, so that a machine that changes its speed changes it for
all. Medians and ratios are what to read; beside an aim stands whether it is met. A whole run takes
about a quarter of an hour on two quiet processors, and nothing in the test suite is timed.

    python -m benchmarks            # all rows, into benchmarks/RESULTS.md
    python -m benchmarks --quick    # fewer rounds, to the terminal only
    python -m benchmarks --only tables
"""

from __future__ import annotations

import shutil
import time
from importlib.util import find_spec
from pathlib import Path

import click

from benchmarks.aims import verdict
from benchmarks.record import agreement, calls
from benchmarks.rounds import machine, measure_calls, measure_processes, tables

REPORT = Path(__file__).parent / "RESULTS.md"


def record_part(quick: bool) -> list[str]:
    """One record in the hot path."""
    return [
        *tables(measure_calls(calls(), 3 if quick else 9, 1_000 if quick else 4_000)),
        "",
        agreement(),
    ]


def readers_part(quick: bool) -> list[str]:
    """Records of each format."""
    from benchmarks import readers

    return tables(measure_calls(readers.calls(), 1 if quick else 5, 1))


def cold_part(quick: bool) -> list[str]:
    """A cold price, and a long book."""
    from benchmarks.cold import clean, cold_calls, cold_processes

    lines = tables(
        [
            *measure_processes(cold_processes(), 2 if quick else 7),
            *measure_calls(cold_calls(), 3 if quick else 7, 1),
        ]
    )
    clean()
    return lines


def editor_part(quick: bool) -> list[str]:
    """From a letter to the faults on the screen."""
    from benchmarks import editor

    return editor.page(quick)


def live_part(quick: bool) -> list[str]:
    """Objects in memory."""
    from benchmarks import live

    return live.page(quick)


def books_part(quick: bool) -> list[str]:
    """Whole books: as SQL, as a macro, and that of LiteLLM's data."""
    from benchmarks.books import book_calls, book_processes, clean

    lines = tables(
        [
            *measure_processes(book_processes(), 1 if quick else 3),
            *measure_calls(book_calls(), 1 if quick else 5, 1),
        ]
    )
    clean()
    return lines


def tables_part(quick: bool) -> list[str]:
    """Tables of millions of rows."""
    from benchmarks import engines

    engines.usage()
    engines.mixed()
    lines = tables(measure_calls(engines.engine_calls(), 1 if quick else 3, 1))
    lines += ["", "| what | peak memory | aim | |", "|---|---:|---:|---|"]
    lines += [
        f"| {what} | {peak / 1024:.0f} MB | {aim} | {verdict(aim, 0, peak, {})} |"
        for what, aim, peak in engines.memory()
    ]
    lines += ["", engines.agreement()]
    engines.clean()
    return lines


def accounts_part(quick: bool) -> list[str]:
    """What the accounts of a month owe."""
    from benchmarks import accounts

    lines = tables(measure_calls(accounts.account_calls(), 1 if quick else 5, 1))
    lines += [] if quick else ["", accounts.agreement()]
    accounts.clean()
    return lines


def audit_part(quick: bool) -> list[str]:
    """Audits. Those of the large books read them from nothing, and so need no round before."""
    from benchmarks.audit import SHIPPED, audit_processes

    found = audit_processes()
    shipped = [row for row in found if row[0] == SHIPPED]
    large = [row for row in found if row[0] != SHIPPED]
    return tables(
        [
            *measure_processes(shipped, 1 if quick else 3),
            *measure_processes(large, 1, warm=False),
        ]
    )


def reconcile_part(quick: bool) -> list[str]:
    """A month and its bill, with errors of each kind."""
    from benchmarks.reconciliation import reconcile_calls

    return tables(measure_calls(reconcile_calls(), 1 if quick else 3, 1))


def spark_part(quick: bool) -> list[str]:
    """Prices on Spark."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        return ["", "## Spark", "", "Not measured: there is no pyspark, or no Java."]
    from benchmarks.spark import rows

    said, found = rows(1_000_000 if quick else 10_000_000, 1 if quick else 2, "local[2]")
    return [*tables(found), "", said]


def js_part(quick: bool) -> list[str]:
    """The evaluator in JavaScript."""
    from benchmarks import javascript

    return javascript.page(quick)


PARTS = {
    "record": record_part,
    "readers": readers_part,
    "live": live_part,
    "editor": editor_part,
    "cold": cold_part,
    "books": books_part,
    "tables": tables_part,
    "accounts": accounts_part,
    "audit": audit_part,
    "reconcile": reconcile_part,
    "spark": spark_part,
    "js": js_part,
}


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Fewer rounds, to the terminal only.")
@click.option(
    "--only", type=click.Choice([*PARTS]), multiple=True, help="Some parts, to the terminal only."
)
def main(quick: bool, only: tuple[str, ...]) -> None:
    lines = [
        "# Results",
        "",
        f"Written by `python -m benchmarks`: medians of interleaved rounds, on {machine()}. Aims are of such a machine.",
    ]
    for name in only or PARTS:
        start = time.perf_counter()
        lines += PARTS[name](quick)
        click.echo(f"{name}: {time.perf_counter() - start:.0f} s", err=True)
    page = "\n".join(lines) + "\n"
    click.echo(page)
    if not quick and not only:
        REPORT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
