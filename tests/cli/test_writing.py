"""Commands for whoever writes a book: `new`, `check -`, `check --fix`, `--watch`."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.cli.helpers import run


@pytest.mark.parametrize("options", [(), ("--extends", "anthropic")], ids=["list", "contract"])
def test_a_new_book_checks_and_holds(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "shop.price"
    assert run("new", "shop", *options, "-o", str(path)).exit_code == 0
    for command in ("check", "test", "audit"):
        done = run(command, str(path))
        assert done.exit_code == 0, done.stdout + done.stderr
    assert "no faults" in run("check", str(path)).stdout
    assert "1 example, all pass" in run("test", str(path)).stdout
    assert run("fmt", "--check", str(path)).exit_code == 0
    text = run("new", "shop", *options, "-o", "-").stdout
    assert path.read_text("utf-8") == text
    again = run("new", "shop", "-o", str(path))
    assert again.exit_code == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("unsure",), "`unsure` is a reserved word"),
        (("1x",), "`1x` is no name for a book"),
        (("acme", "--extends", "nothing"), "there is no book `nothing` to extend"),
        (("acme", "--extends", "acme"), "the book `acme` extends itself"),
        (("acme", "--extends", "no/list.price"), "there is no book at `no/list.price` to extend"),
        (("acme", "--extends", ""), "there is no book at `` to extend"),
        (("acme", "-o", "no/acme.price"), "there is no folder"),
        (("acme", "-o", ""), "cannot be written"),
    ],
)
def test_a_book_that_would_not_be_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("new", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_contract_over_a_book_that_prices_no_tokens_has_no_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.price").write_text("book list in USD\nmeter calls\n", "utf-8")
    assert run("new", "acme", "--extends", "list").exit_code == 0
    assert "example" not in Path("acme.price").read_text("utf-8").replace("example.com", "")


def test_a_contract_names_a_path_as_its_file_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deals").mkdir()
    run("new", "shop")
    assert run("new", "acme", "--extends", "./shop.price", "-o", "deals/acme.price").exit_code == 0
    assert 'extends "../shop.price" from' in (tmp_path / "deals" / "acme.price").read_text("utf-8")
    assert "no faults" in run("check", "deals/acme.price").stdout
    assert run("new", "acme", "--extends", "shop", "-o", "/dev/stdout").exit_code == 0


def test_a_contract_is_written_over_a_book_that_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("new", "deal", "--extends", "antropic")
    assert done.exit_code == 2
    assert "did you mean `anthropic`?" in done.stderr
    assert not Path("deal.price").exists()
    (tmp_path / "lists").mkdir()
    run("new", "shop", "-o", "lists/shop.price")
    said = run("new", "deal", "--extends", "lists/shop.price").stdout
    assert "`pricelang audit deal.price --contract`" in said
    assert "no faults" in run("check", "deal.price").stdout
    assert run("new", "deal", "-o", "nowhere/deal.price").exit_code == 2


@pytest.mark.parametrize(("path", "words"), [("-", "standard input"), ("gone.price", "no file")])
def test_what_is_not_there_is_not_watched(path: str, words: str) -> None:
    done = run("check", path, "--watch")
    assert done.exit_code == 2
    assert words in done.stderr


def test_the_help_of_price_has_each_option_under_a_heading() -> None:
    for command in ("price", "explain"):
        assert "\nOptions:\n" not in run(command, "--help").stdout


def test_a_text_on_standard_input_is_checked() -> None:
    text = run("new", "shop", "-o", "-").stdout
    assert "no faults" in run("check", "-", stdin=text).stdout
    done = run("check", "-", "--json", stdin=text.replace("on tokens", "on tokns"))
    assert done.exit_code == 1
    (fault,) = map(json.loads, done.stdout.splitlines())
    assert fault["code"] == "unknown_meter"
    assert fault["end_column"] - fault["column"] == len("tokns")


def test_what_has_one_answer_is_mended_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.price"
    run("new", "shop", "-o", str(path))
    right = path.read_bytes()
    wrong = right.replace(b"off tokens", b"off tokns").replace(b"$15 ", b"$15;")
    path.write_bytes(wrong.replace(b"\n", b"\r\n"))
    done = run("check", str(path), "--fix")
    assert "1 fault mended" in done.stderr
    assert b"off tokens\r\n" in path.read_bytes()
    assert b"$15;" in path.read_bytes()  # what that should be is not known
    assert done.exit_code == 1
    path.write_bytes(wrong.replace(b"$15;", b"$15 "))
    assert run("check", str(path), "--fix").exit_code == 0
    assert path.read_bytes() == right


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("list.json", "{}", "is a compiled book: it has no text"),
        ("deal.price", 'book deal extends "list.json"\n', "is a compiled book: it has no text"),
        ("list.price", 'book list in USD\ninclude "more.price"\n', "there is no file"),
    ],
)
def test_what_cannot_be_read_is_told_and_not_mended(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / "list.json").write_text("{}", encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("check", str(tmp_path / name), "--fix")
    assert (done.exit_code, message in done.stdout) == (1, True)
    assert (tmp_path / name).read_text("utf-8") == text


@contextlib.contextmanager
def watching(*arguments: str) -> Iterator[IO[str]]:
    """What a command says that watches its book."""
    command = [sys.executable, "-u", "-m", "pricelang", *arguments, "--watch"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        try:
            yield running.stdout
        finally:
            running.kill()


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_command_runs_again_when_its_book_changes(tmp_path: Path) -> None:
    path = tmp_path / "shop.price"
    run("new", "shop", "-o", str(path))
    with watching("test", str(path)) as said:
        assert "all pass" in said.readline()
        rewrite(path, "costs $2.25", "costs $9")
        assert "failed" in said.readline()
        rewrite(path, "costs $9", "costs $8")
        assert any("costs $8" in line for line in said)


def test_a_watch_follows_a_book_to_other_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("deals", "one", "two"):
        Path(name).mkdir()
    for path in ("one/shop.price", "two/shop.price"):
        run("new", "shop", "-o", path)
    run("new", "deal", "--extends", "one/shop.price", "-o", "deals/deal.price")
    rewrite(Path("one/shop.price"), "meter input", "meter inputs")
    with watching("check", "deals/deal.price") as said:
        assert any("unknown meter `input`" in line for line in said)
        rewrite(Path("deals/deal.price"), "one/shop.price", "two/shop.price")
        assert any("no faults" in line for line in said)
        rewrite(Path("two/shop.price"), "meter input", "meter inputs")
        assert any("unknown meter `input`" in line for line in said)
