"""Streams that are closed or full, interrupts at any time,
settings that nest too deep: never a traceback.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pricelang.apps import answers

from .helpers import ROOT, SHOP, run, shop

COMMAND = f"{sys.executable} -m pricelang"
CALLS = [
    *(pytest.param(call, marks=pytest.mark.campaign) for call in ("--version", "models", "check")),
    "--help",
    "price --help",
    "price --book SHOP --model new-1 --at 2026-02-01 --input 5",
    "prices",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "streams",
    [
        ">&-",
        "<&- >&-",
        ">&- 2>&-",
        "<&- >&- 2>&-",
        ">/dev/full",
        ">/dev/full 2>/dev/full",
        "2>/dev/full",
    ],
)
def test_streams_that_are_closed_or_full(call: str, streams: str) -> None:
    line = f"{COMMAND} {call.replace('SHOP', SHOP)} {streams}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=ROOT, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if ">&-" in streams.split() or ">/dev/full" in streams.split():
        assert done.returncode == 2
    if streams == ">&-" and call != "prices":
        assert done.stderr == "error[system]: there is no standard output\n"


def test_a_file_does_not_take_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    book, target = tmp_path / "b.price", tmp_path / "out.json"
    book.write_text(Path(SHOP).read_text(encoding="utf-8"), encoding="utf-8")
    line = f"{COMMAND} export litellm --at 2026-02-01 --book {book} -o {target}"
    assert (
        subprocess.run(["sh", "-c", line], capture_output=True, cwd=ROOT, check=False).returncode
        == 0
    )
    expected = target.read_bytes()
    done = subprocess.run(["sh", "-c", f"{line} <&- >&- 2>&-"], cwd=ROOT, check=False)
    assert target.read_bytes() == expected
    assert done.returncode in (0, 2)


# Before a program's first line the interpreter itself is at work,
# which has its own words for an interrupt.
# What comes before the entry's own first step is the interpreter's, however long it takes.
STARTED = """
import sys
from pricelang.__main__ import main
from pricelang.cli.interrupts import end_quietly
end_quietly()
print(flush=True)
sys.argv = ["pricelang", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("seed", range(12))
def test_an_early_interrupt_is_quiet(seed: int) -> None:
    command = [sys.executable, "-c", STARTED, "models"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(0.002 + random.Random(seed).random() * 0.3)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate()
    assert b"Traceback" not in errors
    assert running.returncode in (0, 130, -signal.SIGINT)


DEEP = {
    "json": '{"a": ' * 100_000 + "1" + "}" * 100_000,
    "toml": "a = " + "[" * 100_000 + "]" * 100_000,
    "tables.toml": "a = " + "{b = " * 100_000 + "1" + "}" * 100_000,
    "dots.toml": "a." * 200_000 + 'a = "x"',
}  # fmt: skip


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("option", ["--models", "--map"])
def test_settings_that_nest_too_deep(name: str, option: str, tmp_path: Path) -> None:
    path, table = tmp_path / f"deep.{name}", tmp_path / "t.csv"
    path.write_text(DEEP[name])
    table.write_text("model,at,input\nnew-1,2026-02-01,1\n")
    start = time.monotonic()
    done = run(
        "price",
        str(table) if option == "--map" else "--input",
        *([] if option == "--map" else ["1", "--model", "new-1"]),
        "--book",
        SHOP,
        option,
        str(path),
    )
    assert (done.exit_code, "error[bad_m" in done.stderr) == (2, True)
    assert len(done.stderr) < 1_000
    assert time.monotonic() - start < 10


def test_settings_of_any_length_are_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    with path.open("wb") as stream:
        stream.truncate(10**10)
    done = run("price", "--input", "1", "--model", "new-1", "--book", SHOP, "--models", str(path))
    assert (done.exit_code, "longer than" in done.stderr) == (2, True)


def test_focus_says_of_the_first_refused_records_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pricelang.cli.focus.MAX_NAMED", 3)
    assert answers.MAX_NAMED == 1_000
    (tmp_path / "r.jsonl").write_text(shop(usage={"nothing": 1}) * 10 + shop(usage={"input": 1}))
    done = run(
        "price", str(tmp_path / "r.jsonl"), "--book", SHOP, "--focus", str(tmp_path / "f.csv")
    )
    assert done.stderr.count("error[") == 3
    assert "and 7 more refused: `--rejects FILE` writes them all" in done.stderr
