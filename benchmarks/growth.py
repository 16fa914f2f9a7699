"""How the compiled form grows: nodes, seconds and megabytes over models and multipliers;
writes docs/growth.svg and .csv.

    python -m benchmarks.growth        # wants the extra `bench`

Each size runs in a process of its own, so that its memory is its own. The same 2,500 models under
20 multipliers that the limits speak of are the last row; their 2^20 stacks are never multiplied
out.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

SIZES = [
    (10, 20),
    (40, 20),
    (160, 20),
    (640, 20),
    (2500, 20),
    (640, 2),
    (640, 5),
    (640, 10),
    (640, 40),
]
DOCS = Path(__file__).parents[1] / "docs"

MEASURE = """
import json, resource, sys, tempfile, time
from pathlib import Path
from benchmarks.synthetic import synthetic_book
from pricelang.verify.analysis import Analysis
from pricelang.verify.claims import decide_claims
from pricelang.verify.stacking import meetings
from pricelang.compile.book import check_layers
from pricelang.check.files import read_layers

models, multipliers = int(sys.argv[1]), int(sys.argv[2])
path = Path(tempfile.mkdtemp()) / "synthetic.price"
path.write_text(synthetic_book(models, multipliers))
start = time.perf_counter()
checked = check_layers(read_layers(path))
read = time.perf_counter()
analysis = Analysis(checked.book)
verdicts = decide_claims(analysis)
pairs = meetings(analysis)
done = time.perf_counter()
assert all(verdict.holds for verdict in verdicts) and all(pair.kind == "multiply" for pair in pairs)
print(json.dumps({
    "models": models, "multipliers": multipliers, "nodes": len(checked.book.decisions.nodes), "claims": len(verdicts),
    "read_seconds": round(read - start, 3), "audit_seconds": round(done - read, 3),
    "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
}))
"""


def measure(models: int, multipliers: int) -> dict[str, float]:
    """Nodes, seconds and peak megabytes of one size."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(models), str(multipliers)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def plot(rows: list[dict[str, float]], path: Path) -> None:
    """A log-log plot of nodes, seconds and memory over models
    (20 multipliers) and over multipliers (640 models).
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "pricelang"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axis, key, fixed, value in (
        (axes[0], "models", "multipliers", 20),
        (axes[1], "multipliers", "models", 640),
    ):
        chosen = sorted((row for row in rows if row[fixed] == value), key=lambda row: row[key])
        for name, label in (
            ("nodes", "nodes"),
            ("audit_seconds", "audit, seconds"),
            ("megabytes", "peak memory, MB"),
        ):
            axis.loglog(
                [row[key] for row in chosen], [row[name] for row in chosen], marker="o", label=label
            )
        axis.set_xlabel(f"{key} ({value:,} {fixed})")
        axis.grid(True, which="both", alpha=0.25)
    axes[0].legend()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measures every size and writes the table and the plot."""
    rows = [measure(*size) for size in SIZES]
    with (DOCS / "growth.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    plot(rows, DOCS / "growth.svg")
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
