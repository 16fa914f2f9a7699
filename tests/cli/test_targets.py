"""Every file that any command writes:
whole or not at all, never over what is read, with its mode, through what is no file.
"""

from __future__ import annotations

import ast
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

import click
import pytest
from attrs import frozen

from pricelang.cli.group import COMMANDS
from pricelang.cli.targets import FOLDER, TARGET
from pricelang.usage.io import writing
from tests.apps.imports import FILES

from .helpers import ROOT, SHOP, process, run, shop

GOOD, BAD = shop(usage={"input": 1000}), shop(usage={"nothing": 1})


@frozen
class Case:
    """A command with one of its outputs: how it is called,
    what it reads by option, and its other output.
    """

    args: tuple[str, ...]
    ending: str
    inputs: tuple[str, ...]
    other: str | None = None
    other_ending: str = ".jsonl"


RECORDS = ("price", "{records}", "--book", "{book}", "--models", "{models}")
TABLE = ("price", "{table}", "--book", "{book}", "--models", "{models}")
RECONCILE = ("reconcile", "{usage}", "{cost}", "--book", "{book}")
CASES = {
    ("price", "--to"): Case(TABLE, ".csv", ("table", "book", "part", "models"), "--rejects"),
    ("price", "--rejects"): Case(RECORDS, ".jsonl", ("records", "book", "part", "models")),
    ("price", "--focus"): Case(
        RECORDS, ".csv", ("records", "book", "part", "models"), "--rejects", ".csv"
    ),
    ("audit", "--html"): Case(("audit", "{book}"), ".html", ("book", "part")),
    ("export", "--output"): Case(
        ("export", "litellm", "--book", "{book}"), ".json", ("book", "part"), "--unsaid", ".json"
    ),
    ("export", "--unsaid"): Case(
        ("export", "litellm", "--book", "{book}"), ".jsonl", ("book", "part"), "--output"
    ),
    ("compile", "--output"): Case(("compile", "{book}"), ".json", ("book", "part")),
    ("import", "--unsaid"): Case(
        ("import", "litellm", "{data}", "-o", "{folder}", "--force"), ".jsonl", ("data",)
    ),
    ("reconcile", "--to"): Case(RECONCILE, ".txt", ("usage", "cost", "book", "part")),
}
"""A new output needs a line here: `test_every_output_is_known` finds it."""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """What the commands read: records, a table, a book of two files,
    a map of models, price data, usage and cost.
    """
    folder = tmp_path / "in"
    folder.mkdir()
    text = Path(SHOP).read_text(encoding="utf-8")
    found = {
        "records": folder / "r.jsonl",
        "table": folder / "t.csv",
        "book": folder / "b.price",
        "part": folder / "part.price",
        "models": folder / "m.toml",
        "data": folder / "d.json",
        "usage": folder / "u.jsonl",
        "cost": folder / "c.csv",
    }
    found["book"].write_text(text + '\ninclude "part.price"\n', encoding="utf-8")
    found["part"].write_text('note "a note"\n', encoding="utf-8")
    found["records"].write_text(GOOD + BAD)
    found["table"].write_text("model,at,input\nnew-1,2026-02-01,1000\nnew-1,2026-02-01,x\n")
    found["models"].write_text('"mine" = "new-1"\n')
    shutil.copy(FILES["litellm"], found["data"])
    found["usage"].write_text(GOOD)
    found["cost"].write_text("day,model,token_type,amount\n2026-02-01,new-1,input,0.002\n")
    return found | {"folder": tmp_path / "imported"}


def argv(
    key: tuple[str, str], files: dict[str, Path], target: object, other: object | None = None
) -> list[str]:
    """The arguments of a case, with the output and the other one."""
    case = CASES[key]
    args = [arg.format(**files) for arg in case.args] + [key[1], str(target)]
    if case.other is not None:
        args += [
            case.other,
            str(
                other
                if other is not None
                else files["records"].parent.parent / f"other{case.other_ending}"
            ),
        ]
    return args


def outputs(name: str) -> list[click.Parameter]:
    command: click.Command = import_module(f"pricelang.cli.{name.replace('-', '_')}").command
    return [param for param in command.params if param.type in (TARGET, FOLDER)]


def test_every_output_is_known() -> None:
    found = {(name, param.opts[-1]) for name in COMMANDS for param in outputs(name)}
    assert found == {*CASES, ("import", "--output"), ("new", "-o")}


WRITERS = {
    "write_bytes",
    "open_file",
    "mkstemp",
    "NamedTemporaryFile",
    "TemporaryDirectory",
    "mkdtemp",
}
ALLOWED = {
    "files/packaged.py": "makes books in the cache, whole or not at all",
    "usage/io/writing.py": "the writer",
    "files/cache.py": "a writer of its own, since it stands on the way of every cold start",
    "syntax/parse_tables.py": "writes into this repository",
    "apps/imports/folders.py": "fills drafts",
    "apps/revisions.py": "fills a scratch folder",
    "apps/exports/focus_files.py": "fills a scratch folder",
    "cli/playground.py": "fills a scratch folder",
    "editor/playground/answers.py": "fills the folder of a page, in the browser",
    "editor/playground/folder.py": "fills a folder for a web server",
}


def test_nothing_is_written_but_by_the_one_writer() -> None:
    for path in sorted((ROOT / "pricelang").rglob("*.py")):
        if str(path.relative_to(ROOT / "pricelang")) in ALLOWED:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Call) and _writes(node)), (
                f"{path}:{node.lineno} writes a file"
            )


def _writes(call: ast.Call) -> bool:
    name = (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )
    of_os = (
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("os", "shutil")
    )
    if name in ("replace", "rename", "move", "copy", "copyfile", "remove"):
        return of_os
    if name == "open":
        # the mode of a path's own `open` comes first
        modes = [*call.args[:2], *(word.value for word in call.keywords if word.arg == "mode")]
        return any(
            isinstance(mode, ast.Constant)
            and isinstance(mode.value, str)
            and re.fullmatch("[rwaxbt+]+", mode.value)
            and set(mode.value) & set("wax+")
            for mode in modes
        )
    return name in WRITERS or (name == "write_text" and isinstance(call.func, ast.Attribute))


def snapshot(files: dict[str, Path]) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files.items() if path.is_file()}


def aliases(path: Path, folder: Path) -> list[Path]:
    """Other names of a file: as it is, in another spelling, by a link, by a second name."""
    link, twin = folder / f"link{path.suffix}", folder / f"twin{path.suffix}"
    link.symlink_to(path)
    os.link(path, twin)
    return [path, path.parent / ".." / path.parent.name / path.name, link, twin]


ATTACKS = [(key, name) for key, case in CASES.items() for name in case.inputs]


@pytest.mark.parametrize(
    ("key", "name"), ATTACKS, ids=[f"{key[0]} {key[1]} over {name}" for key, name in ATTACKS]
)
def test_no_output_is_an_input(
    key: tuple[str, str], name: str, files: dict[str, Path], tmp_path: Path
) -> None:
    before = snapshot(files)
    for target in aliases(files[name], tmp_path):
        done = run(*argv(key, files, target))
        assert done.exit_code == 2
        assert "which is read, and would be lost" in done.stderr
        assert snapshot(files) == before
        assert not list(tmp_path.rglob(f"{writing.PREFIX}*"))


def test_standard_input_is_an_input_too(files: dict[str, Path]) -> None:
    with files["records"].open() as stream:
        command = [
            sys.executable,
            "-m",
            "pricelang",
            "price",
            "-",
            "--book",
            SHOP,
            "--rejects",
            str(files["records"]),
        ]
        done = subprocess.run(
            command, stdin=stream, capture_output=True, text=True, cwd=ROOT, check=False
        )
    assert (done.returncode, "which is read" in done.stderr) == (2, True)
    assert files["records"].read_text() == GOOD + BAD


def test_a_folder_and_a_book_below_are_inputs(files: dict[str, Path], tmp_path: Path) -> None:
    contract = files["book"].parent / "contract.price"
    contract.write_text('book mine extends shop "Mine"\n', encoding="utf-8")
    for target, args in (
        (files["part"], ["price", str(files["records"]), "--book", str(contract)]),
        (files["records"], ["price", str(files["records"].parent), "--book", SHOP]),
    ):
        before = target.read_bytes()
        done = run(*args, "--rejects", str(target))
        assert (done.exit_code, target.read_bytes()) == (2, before)


@pytest.mark.parametrize("key", [key for key, case in CASES.items() if case.other])
def test_two_outputs_are_two_files(
    key: tuple[str, str], files: dict[str, Path], tmp_path: Path
) -> None:
    target = tmp_path / f"both{CASES[key].ending}"
    for there in (False, True):
        if there:
            target.write_text("older")
        for other in (target, tmp_path / "in" / ".." / target.name):
            done = run(*argv(key, files, target, other))
            assert (done.exit_code, "go to one file" in done.stderr) == (2, True)
            assert target.exists() == there


@pytest.mark.parametrize("key", list(CASES), ids=" ".join)
def test_a_file_keeps_its_mode_and_its_links(
    key: tuple[str, str], files: dict[str, Path], tmp_path: Path
) -> None:
    target, link = tmp_path / f"there{CASES[key].ending}", tmp_path / f"link{CASES[key].ending}"
    target.write_text("older")
    target.chmod(0o640)
    link.symlink_to(target)
    done = run(*argv(key, files, link))
    assert done.exit_code in (0, 1), done.stderr
    assert link.is_symlink()
    assert target.read_text() != "older"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    target.unlink()
    assert run(*argv(key, files, target)).exit_code in (0, 1)
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask
    assert not list(tmp_path.rglob(f"{writing.PREFIX}*"))


@pytest.mark.parametrize("key", list(CASES), ids=" ".join)
def test_what_is_no_file_is_written_through(
    key: tuple[str, str], files: dict[str, Path], tmp_path: Path
) -> None:
    assert run(*argv(key, files, "/dev/null")).exit_code in (0, 1)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    full = run(*argv(key, files, "/dev/full"))
    assert (full.exit_code, "no space left on device" in full.stderr) == (2, True)
    assert "/dev/full" in full.stderr
    pipe, read = tmp_path / f"pipe{CASES[key].ending}", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    done = run(*argv(key, files, pipe))
    reader.join()
    plain = tmp_path / f"plain{CASES[key].ending}"
    assert run(*argv(key, files, plain)).exit_code == done.exit_code
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert read == [plain.read_bytes()]


def test_standard_output_is_a_target(files: dict[str, Path], tmp_path: Path) -> None:
    for target in ("/dev/stdout", "/dev/fd/1", "-"):
        args = argv(("export", "--output"), files, target)
        with (tmp_path / "out").open("w") as out:
            subprocess.run(
                [sys.executable, "-m", "pricelang", *args],
                stdout=out,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                check=True,
            )
        assert json.loads((tmp_path / "out").read_text())
    done = process("export", "litellm", "--book", SHOP, "--unsaid", "/dev/stdout")
    assert (done.returncode, "go to one file" in done.stderr) == (2, True)


@pytest.mark.parametrize("key", list(CASES), ids=" ".join)
def test_a_target_that_cannot_be_is_said_at_once(
    key: tuple[str, str], files: dict[str, Path], tmp_path: Path
) -> None:
    before = snapshot(files)
    for target in (tmp_path / "no" / "x.csv", files["records"].parent):
        done = run(*argv(key, files, target))
        assert done.exit_code == 2
        assert "error[bad_output]" in done.stderr
    assert snapshot(files) == before


SMALL_DISK = """
import resource, sys
from pricelang.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
main("pricelang")
"""


def on_a_small_disk(size: int, *args: str) -> subprocess.CompletedProcess[str]:
    """A command that can write no file longer than so many bytes."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PRICELANG_CACHE": ""}
    return subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(size), *args],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit of file sizes")
@pytest.mark.parametrize("key", list(CASES), ids=" ".join)
def test_a_full_disk_leaves_what_was_there(
    key: tuple[str, str], files: dict[str, Path], tmp_path: Path
) -> None:
    target = tmp_path / f"there{CASES[key].ending}"
    target.write_text("older")
    if key == ("price", "--rejects"):
        files["records"].write_text(BAD)
    done = on_a_small_disk(10, *argv(key, files, target))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert target.read_text() == "older"
    assert not list(tmp_path.rglob(f"{writing.PREFIX}*"))


def test_fmt_on_a_full_disk_keeps_the_book(tmp_path: Path) -> None:
    book, link = tmp_path / "book.price", tmp_path / "link.price"
    messy = 'book   b "B"   in USD\n' + "".join(f'note   "number {n}"\n' for n in range(200))
    book.write_text(messy)
    book.chmod(0o604)
    link.symlink_to(book)
    done = on_a_small_disk(1000, "fmt", str(link))
    assert (done.returncode, book.read_text()) == (2, messy)
    assert run("fmt", str(link)).exit_code == 0
    assert book.read_text().startswith('book b "B" in USD\n')
    assert link.is_symlink()
    assert stat.S_IMODE(book.stat().st_mode) == 0o604


def test_an_import_replaces_what_an_import_wrote(files: dict[str, Path]) -> None:
    folder, data = files["folder"], str(files["data"])
    command = ("import", "litellm", data, "-o", str(folder), "--force")
    assert run(*command).exit_code == 0
    mine = folder / "mine.price"
    mine.write_text('book mine extends litellm "Mine"\n')
    whole = snapshot({path.name: path for path in folder.iterdir()})
    assert on_a_small_disk(300, *command).returncode == 2
    assert snapshot({path.name: path for path in folder.iterdir()}) == whole
    done = run("import", "genai-prices", FILES["genai-prices"], "-o", str(folder), "--force")
    assert (done.exit_code, "mine.price" in done.stderr) == (0, True)
    assert sorted(path.name for path in folder.iterdir()) == [
        "acme.price",
        "book.price",
        "mine.price",
        "owl.price",
    ]
    (folder / "acme.price").unlink()
    (folder / "rank.price").write_text('note "my own"\n')
    again = run(*command)
    assert (again.exit_code, "no import wrote" in again.stderr) == (2, True)
    assert (folder / "rank.price").read_text() == 'note "my own"\n'


def test_a_book_of_ones_own_is_not_replaced(files: dict[str, Path]) -> None:
    files["folder"].mkdir()
    own = files["folder"] / "book.price"
    own.write_text(Path(SHOP).read_text(encoding="utf-8"), encoding="utf-8")
    before = own.read_bytes()
    done = run("import", "litellm", str(files["data"]), "-o", str(files["folder"]), "--force")
    assert (done.exit_code, "no import wrote" in done.stderr, own.read_bytes()) == (2, True, before)


def test_drafts_that_a_kill_left_are_swept(tmp_path: Path) -> None:
    def left(name: str, age: float) -> Path:
        folder = tmp_path / f"{writing.PREFIX}{name}"
        folder.mkdir()
        (folder / writing.LOCK).touch()
        (folder / "draft-0").write_text("half")
        os.utime(folder, (time.time() - age,) * 2)
        return folder

    old, young = left("old", 3600), left("young", 1)
    with writing.scratch(str(tmp_path)) as busy:
        os.utime(busy, (time.time() - 3600,) * 2)
        writing.write_text(str(tmp_path / "x"), "text")
        assert os.path.isdir(busy)
    assert (old.exists(), young.exists()) == (False, True)
    assert (tmp_path / "x").read_text() == "text"


def test_a_run_that_stops_early_writes_nothing(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    target = tmp_path / "left.jsonl"
    target.write_text("older")
    monkeypatch.setattr("pricelang.cli.price._tables", stopped)
    assert (
        run("price", str(files["records"]), "--book", SHOP, "--rejects", str(target)).exit_code
        == 130
    )
    assert target.read_text() == "older"
