"""The command line as a process: pipes, exit codes,
what is imported, help, terminals, interrupts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pricelang import __version__
from pricelang.cli.exit_codes import BROKEN_PIPE, INTERRUPTED
from pricelang.cli.group import COMMANDS
from pricelang.present.markdown import table_lines
from pricelang.present.table import Table
from pricelang.usage.request_flags import quantity

from .helpers import ROOT, SAMPLES, SHOP, objects, process, run, shop


def test_standard_input_is_read_where_no_file_is_named() -> None:
    for args in ((), ("-",)):
        done = process("price", "--book", SHOP, "--json", *args, stdin=shop(usage={"input": 1000}))
        assert done.returncode == 0
        assert objects(done.stdout)[0]["total"] == "0.002"
        assert objects(done.stdout)[0]["file"] == "-"


FROZEN = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 10_000))
from pricelang.__main__ import main
main()
"""


def test_no_time_goes_into_clearing_up_at_the_end() -> None:
    """What is first to be called at the end is called last."""
    done = subprocess.run(
        [sys.executable, "-c", FROZEN, "--version"], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "True", done.stderr


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["price", "--model", "claude-opus-4-7", "--input", "1"], 0),
        (["price", "--model", "claude-opus-47", "--input", "1"], 1),
        (["price", "--book", "nope", "--input", "1"], 2),
        (["price", "--model", "claude-opus-4-7"], 2),
        (["price", "--speed", "fast"], 2),
        (["price"], 0),
        (["breakeven", "--at", "1999-01-01"], 2),
        (["prices"], 2),
        (["--version"], 0),
    ],
)
def test_exit_codes(args: list[str], code: int) -> None:
    done = process(*args)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text(shop(usage={"input": 1}) * 5000)
    for command in (["price", "--json"], ["explain"], ["price"]):
        command = [sys.executable, "-m", "pricelang", *command, "--book", SHOP, str(file)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        running = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=env
        )
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(20)
        running.stdout.close()
        assert running.stderr.read() == b""
        running.stderr.close()
        assert running.wait() == BROKEN_PIPE


IMPORTS = """
import sys
from pricelang.cli.group import main
try:
    main(sys.argv[1:])
except SystemExit as done:
    assert not done.code, done.code
names = {name.split(".")[0] for name in sys.modules}
print(sorted(names & {"lark", "rich"}), file=sys.stderr)
"""


@pytest.mark.parametrize("args", [["--json"], []], ids=["json", "table"])
def test_a_price_of_a_kept_book_imports_neither_parser_nor_rich(
    args: list[str], tmp_path: Path
) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PRICELANG_CACHE": str(tmp_path / "cache")}
    file = str(SAMPLES / "messages" / "09_fast_mode.json")
    command = [sys.executable, "-c", IMPORTS, "price", file, "--at", "2026-10-20", *args]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=True)
        for _ in range(2)
    )
    assert "lark" in first.stderr
    assert second.stdout == first.stdout
    assert "lark" not in second.stderr
    assert "rich" not in second.stderr


def test_the_group_imports_no_command() -> None:
    code = "import sys, pricelang.cli.group; print({x.split('.')[2] for x in sys.modules if x.startswith('pricelang.cli.')} - {'exit_codes', 'group', 'interrupts'})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_and_the_exit_codes(name: str) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert f"pricelang {name}" in done.stdout.split("Example", 1)[1]
    assert "Exit codes:" in done.stdout


def test_help_and_version_of_the_group() -> None:
    assert run("--version").stdout == f"pricelang {__version__}\n"
    text = run("--help").stdout
    assert all(f"  {name} " in text for name in COMMANDS)
    assert "did you mean `explain`?" in run("explian").stderr


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("pricelang.cli.models.open_book", interrupted)
    done = run("models")
    assert (done.exit_code, done.stdout, done.stderr) == (INTERRUPTED, "", "")


def test_markdown_escapes_what_would_end_a_cell() -> None:
    assert list(table_lines(Table(("a",), (("x|y",),))))[-1] == "| x\\|y |"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("50k", "50000"),
        ("1.5M", "1500000"),
        ("1,500k", "1500000"),
        ("1.2345k", "1234.5"),
        ("0.5k", "500"),
        ("0k", "0"),
        ("2k searches", "2000 searches"),
        ("90 minutes", "90 minutes"),
        ("5m", "5m"),
        ("5kB", "5kB"),
        ("123456789012345678901234567890.1234567k", "123456789012345678901234567890123.4567"),
        ("٣k", "٣k"),
    ],
)
def test_quantities_are_written_out_exactly(text: str, found: str) -> None:
    assert quantity(text) == found


def test_a_record_is_priced_before_its_writer_goes_away() -> None:
    record = shop(usage={"input": 1200, "output": 300})
    with tempfile.TemporaryFile() as errors:
        command = [sys.executable, "-m", "pricelang", "price", "--book", SHOP, "--json", "-"]
        running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT
        )
        assert running.stdin is not None
        assert running.stdout is not None
        for _ in range(2):
            running.stdin.write(record.encode())
            running.stdin.flush()
            assert b"total" in running.stdout.readline()
        running.stdin.close()
        running.stdout.close()
        assert running.wait() == 0
