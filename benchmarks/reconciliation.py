"""A month of 50,000 records against a bill of 10,000 lines: right, with each kind of error alone,
with all of them together, and by the list instead of the contract.

    python -m benchmarks.reconciliation FOLDER    # writes the months, to be looked at
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from pathlib import Path

from tests.apps.reconcile.errors import ERRORS, Error, each
from tests.apps.reconcile.month import CONTRACT, Row, Use, account, bill, month, written

SIZES = {"7,600 records": (15, 8), "50,000 records": (100, 8)}
"""The turns of a workspace in a day, and the workspaces: 10,500 lines each."""
FEWER = {"3,600 records, 4,300 lines": (17, 3)}
WHOLE = CONTRACT.replace("for claude-opus-4-7", "").replace("x 0.9", "x 0.87")
"""A contract with a discount on all tokens."""


def by_the_list(rows: list[Row]) -> None:
    """The bill of a contract with a discount on all that was not applied at all: what `bill` has
    for its own contract, without that.
    """
    each(rows, Fraction(10, 9), model="claude-opus-4-7")
    each(rows, Fraction(10, 9), model="claude-sonnet-4-6", meter="output")


def drifting(rows: list[Row]) -> None:
    """Every line off by another amount, which nothing explains."""
    for number, row in enumerate(rows):
        row.amount += Fraction(number % 9973 + 1, 10**7)


def make(folder: Path, uses: list[Use], errors: Iterable[Error], contract: str = CONTRACT) -> Path:
    """Writes the contract, the records and the bill with some errors."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = bill(uses)
    rows += account(uses, rows)
    for error in errors:
        error(rows)
    written(folder, uses, rows)
    (folder / "agreed.price").write_text(contract, encoding="utf-8")
    return folder


def months(folder: Path, alone: bool = False) -> dict[str, Path]:
    """The months by what they are; `alone` adds one for each kind of error."""
    found = {}
    for size, (times, workspaces) in (SIZES | FEWER).items():
        uses = month(times=times, workspaces=workspaces)
        base = folder / size.replace(" ", "_").replace(",", "")
        found[f"{size}, the right bill"] = make(base / "right", uses, ())
        found[f"{size}, all errors together"] = make(base / "all", uses, ERRORS)
        found[f"{size}, a contract not applied"] = make(base / "list", uses, (by_the_list,), WHOLE)
        found[f"{size}, nothing explains a line"] = make(base / "odd", uses, (drifting,))
        for error in ERRORS if alone else ():
            name = error.__name__
            found[f"{size}, {name}"] = make(base / name, uses, (error,))
    return found


def seconds_of(folder: Path) -> float:
    """The seconds of the processor, the user's own, that a reconciliation takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pricelang",
            "reconcile",
            str(folder / "usage.jsonl"),
            str(folder / "bill.csv"),
            "--book",
            str(folder / "agreed.price"),
        ],
        capture_output=True,
        check=False,
    )
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def reconcile_calls() -> list[tuple[str, str, str, Callable[[], object]]]:
    """The contestants: group, name, limit, one call that says its seconds."""
    folder = Path(tempfile.mkdtemp())
    return [
        (
            "reconciliation, seconds of the processor",
            name,
            "30 s" if "contract" in name else "20 s",
            partial(seconds_of, path),
        )
        for name, path in months(folder).items()
    ]


if __name__ == "__main__":
    for name, path in months(Path(sys.argv[1]), alone=True).items():
        print(f"{name}: {path}")
