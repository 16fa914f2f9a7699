"""Which book `extends` finds, by name and by path."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import pricelang
from pricelang.check.files import read_layers
from pricelang.check.same_name import same_name_here
from pricelang.cli.group import main
from pricelang.compile.book import check_layers
from pricelang.files.bundled import rules_folder
from pricelang.syntax.diagnostics import BookError

LIST = """book {name} "A list" in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model   | released   |
  | alpha-1 | 2026-01-01 |
rates per MTok
  | model   | from       | input |
  | alpha-1 | 2026-01-01 | $4    |
"""
OURS = "book ours extends {base} from 2026-01-01 before 2027-01-01\n"


def _book(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("contract", "base", "found"),
    [
        ("ours.price", "list", "list/book.price"),
        ("ours/book.price", "list", "list/book.price"),
        ("ours/book.price", "list", "ours/prices/book.price"),
        ("ours/book.price", '"../elsewhere/list"', "elsewhere/list/book.price"),
        ("ours.price", '"elsewhere/list.price"', "elsewhere/list.price"),
    ],
)
def test_a_book_beside_the_contract_is_found(
    tmp_path: Path, contract: str, base: str, found: str
) -> None:
    list_book = _book(tmp_path / found, LIST.format(name="list"))
    layers = read_layers(_book(tmp_path / contract, OURS.format(base=base)))
    assert layers[0].files[0].path.resolve() == list_book.resolve()
    assert check_layers(layers).book is not None


def test_a_book_beside_the_contract_comes_before_a_bundled_one_and_says_so(tmp_path: Path) -> None:
    ours = _book(tmp_path / "ours.price", OURS.format(base="anthropic"))
    _book(tmp_path / "anthropic" / "book.price", LIST.format(name="anthropic"))
    (warning,) = check_layers(read_layers(ours)).faults
    assert (warning.code, warning.severity) == ("same_name", "warning")
    ours.write_text(OURS.format(base='"anthropic"'), encoding="utf-8")
    assert check_layers(read_layers(ours)).faults == ()


@pytest.mark.parametrize("name", ["anthropic", "litellm"])
@pytest.mark.parametrize("file", ["{}/book.price", "{}.price", "{}"])
def test_a_name_comes_before_a_book_of_the_working_folder_and_says_so(
    name: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = _book(tmp_path / file.format(name), LIST.format(name=name))
    with pytest.warns(UserWarning, match=f"not the one in `{file.format(name)}`"):
        book = pricelang.load(name)
    assert "alpha-1" not in {model.name for model in book.checked.models}
    there = name if file != "{}.price" else f"{name}.price"
    for source in (f"./{there}", path, Path(there)):
        assert [model.name for model in pricelang.load(source).checked.models] == ["alpha-1"]


def test_what_is_no_book_of_that_name_warns_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "anthropic").write_text("a program", encoding="utf-8")
    _book(tmp_path / "shop.price", LIST.format(name="shop"))
    assert same_name_here("anthropic") is None
    assert same_name_here("shop") is None
    monkeypatch.chdir(rules_folder())
    assert same_name_here("anthropic") is None


def test_the_command_line_says_which_book_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _book(tmp_path / "anthropic" / "book.price", LIST.format(name="anthropic"))
    monkeypatch.chdir(tmp_path)
    for args in (["models"], ["check", "anthropic"], ["diff", "anthropic", "./anthropic"]):
        done = CliRunner().invoke(main, args)
        assert done.stderr.count("warning[same_name]") == 1, args
        assert "write `./anthropic` for that one" in done.stderr
    assert "same_name" not in CliRunner().invoke(main, ["models", "--book", "./anthropic"]).stderr


def test_two_folders_of_one_name_are_a_fault(tmp_path: Path) -> None:
    ours = _book(tmp_path / "ours" / "book.price", OURS.format(base="list"))
    for place in ("list/book.price", "old/book.price"):
        _book(tmp_path / place, LIST.format(name="list"))
    with pytest.raises(BookError) as caught:
        read_layers(ours)
    assert caught.value.faults[0].code == "twice"
