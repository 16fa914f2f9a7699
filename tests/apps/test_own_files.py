"""Books that came with a package are written by no command: what prices is another copy of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pricelang.files import packaged, shipped
from tests.cli.helpers import run

BOOK = Path(__file__).parent / "additions" / "book"
PRICE = ("add", "price", "nova-2", "--from", "2026-04-01", "--price", "input=3", "--book")
WRITERS = {
    "fmt": (("fmt",), ()),
    "check": (("check",), ("--fix",)),
    "add": (PRICE, ("--write",)),
}


def came_with_the_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "compiled").mkdir()
    (folder.parent / "compiled" / shipped.CODE).write_text("a build")
    monkeypatch.setattr(shipped, "_PACKAGE", str(folder.parent))


def is_made_of_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICELANG_CACHE", str(folder.parents[1]))


def is_made_for_a_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "_made", {"key": folder})


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("owned", "message"),
    [
        (came_with_the_package, "came with the package, which prices as it was built"),
        (is_made_of_data, "is made of the data of another package"),
        (is_made_for_a_process, "is made of the data of another package"),
    ],
)
def test_a_book_of_a_package_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, owned: object, message: str
) -> None:
    folder = tmp_path / "books" / "book"
    shutil.copytree(BOOK, folder)
    models = folder / "models.price"
    before = models.read_text("utf-8").replace("nova-1 | 2", "nova-1 |    2")
    wrong = before.replace("for quick", "for quikc") if name == "check" else before
    models.write_text(wrong, encoding="utf-8")
    owned(folder, monkeypatch)  # type: ignore[operator]
    command, options = WRITERS[name]
    done = run(*command, str(folder), *options)
    assert (done.exit_code, message in done.stderr) == (2, True), done.stderr
    assert "work on a copy of its folder" in done.stderr
    assert models.read_text("utf-8") == wrong
    monkeypatch.undo()
    assert run(*command, str(folder), *options).exit_code == 0
    assert models.read_text("utf-8") != wrong


def test_what_is_shown_and_not_written_is_of_any_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(BOOK, tmp_path / "book")
    came_with_the_package(folder, monkeypatch)
    assert run(*PRICE, str(folder)).exit_code == 0
    assert run("fmt", "--check", str(folder)).exit_code == 0
