"""What a book is loaded from: names, paths, texts, bytes, compiled books, places in archives."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import zipfile
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

import pricelang
from pricelang.apps.compiled_book import compiled_text

LIST = """book list "A list" in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model   | released   |
  | alpha-1 | 2026-01-01 |
rates per MTok
  | model   | from       | input |
  | alpha-1 | 2026-01-01 | $4    |
"""
DEAL = """book deal extends list from 2026-01-01 before 2027-01-01
include "more/rates.price"
"""
OURS = """rates per MTok
  | model   | from       | input            |
  | alpha-1 | 2026-02-01 | $3 instead of $4 |
"""


def price(book: pricelang.Book, at: str = "2026-01-05") -> Decimal:
    return book.total(model="alpha-1", at=at, usage={"input": 1_000_000})


def archive(tmp_path: Path) -> zipfile.Path:
    path = tmp_path / "books.zip"
    with zipfile.ZipFile(path, "w") as stream:
        stream.writestr("ours/list/book.price", LIST)
        stream.writestr("ours/deal/book.price", DEAL)
        stream.writestr("ours/deal/more/rates.price", OURS)
        stream.writestr("ours/list.json", compiled_text(pricelang.load(LIST)))
    return zipfile.Path(path)


def test_a_text_or_its_bytes_is_a_book() -> None:
    for source in (LIST, LIST.encode(), bytearray(LIST.encode()), LIST.replace("\n", "\r\n")):
        assert price(pricelang.load(source)) == 4
    (line,) = pricelang.load(LIST).price(model="alpha-1", at="2026-02-01", usage={"input": 1}).lines
    assert line.location == "text:9"


def test_a_compiled_book_is_a_book(tmp_path: Path) -> None:
    text = compiled_text(pricelang.load(LIST))
    path = tmp_path / "list"
    path.write_text(text, encoding="utf-8")
    for source in (text, text.encode(), json.loads(text), path, str(path)):
        assert price(pricelang.load(source)) == 4
    for other in ("\ufeff" + text, f"\r\n  {text}", "\ufeff" + text.strip()):
        path.write_text(other, encoding="utf-8")
        for source in (other, other.encode(), path):
            assert price(pricelang.load(source)) == 4
    assert price(pricelang.load([text, LIST])) == 4


def test_a_place_in_an_archive_is_a_book(tmp_path: Path) -> None:
    root = archive(tmp_path)
    for place in (root / "ours" / "list", root / "ours/list/book.price", root / "ours/list.json"):
        assert price(pricelang.load(place)) == 4
    deal = pricelang.load(root / "ours" / "deal")
    assert price(deal, "2026-02-05") == 3
    assert deal.checked.files == ("list/book.price", "deal/book.price", "deal/more/rates.price")


def test_a_package_in_an_archive_is_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as stream:
        stream.writestr("their_books/__init__.py", "")
        stream.writestr("their_books/list.price", LIST)
    monkeypatch.syspath_prepend(str(path))
    assert price(pricelang.load(files("their_books") / "list.price")) == 4


def test_a_contract_reads_no_path_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("list.price", LIST), ("more/rates.price", OURS), ("deal.price", DEAL)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    deal = pricelang.load("deal.price")
    sent = pickle.dumps(deal)
    for name in ("list.price", "more/rates.price", "deal.price"):
        os.unlink(name)
    for book in (deal, pickle.loads(sent), pricelang.load(compiled_text(deal))):
        assert book.below is not None
        assert book.list_book() is not None
        assert (price(book, "2026-02-05"), price(book.below, "2026-02-05")) == (3, 4)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (7, "no_book"),
        (None, "no_book"),
        ([], "no_book"),
        ("", "no_book"),
        (b"\xff", "bad_text"),
        (LIST + 'include "more.price"\n', "no_file"),
        ('book deal extends "list"\n', "no_book"),
        (io.StringIO(LIST), "no_book"),
        ({}, "bad_compiled"),
        ("{", "bad_compiled"),
    ],
)
def test_what_is_no_book_is_told(source: object, code: str) -> None:
    with pytest.raises(pricelang.BookError) as caught:
        pricelang.load(source)  # type: ignore[arg-type]
    assert caught.value.faults[0].code == code


def test_another_file_than_the_one_of_a_digest_is_refused(tmp_path: Path) -> None:
    data = compiled_text(pricelang.load(LIST)).encode()
    digest = hashlib.sha256(data).hexdigest()
    path = tmp_path / "list.json"
    path.write_bytes(data)
    for source in (data, path, str(path), data.decode()):
        assert price(pricelang.load(source, sha256=digest.upper())) == 4
        with pytest.raises(pricelang.BookError) as caught:
            pricelang.load(source, sha256="0" * 64)
        assert caught.value.code == "other_file"
        assert digest in str(caught.value)


@pytest.mark.parametrize(
    ("source", "sha256", "message"),
    [
        (LIST, "abc", "`abc` is no SHA-256"),
        (LIST, "", "`` is no SHA-256"),
        (LIST, 7, "`7` is no SHA-256"),
        (LIST, b"0" * 64, "is no SHA-256"),
        ({"format": "any"}, "0" * 64, "a SHA-256 is of one file, and this is a `dict`"),
        (["anthropic", LIST], "0" * 64, "a SHA-256 is of one file, and this is a `list`"),
    ],
)
def test_a_digest_is_of_one_file(source: object, sha256: object, message: str) -> None:
    with pytest.raises(pricelang.BookError) as caught:
        pricelang.load(source, sha256=sha256)  # type: ignore[arg-type]
    assert (caught.value.code, message in str(caught.value)) == ("other_file", True)


def test_several_books_have_no_compiled_form() -> None:
    with pytest.raises(pricelang.BadRequest, match="a compiled book is made by one book"):
        compiled_text(pricelang.load([LIST, "anthropic"]))


def test_a_contract_does_not_extend_a_compiled_book(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(compiled_text(pricelang.load(LIST)), encoding="utf-8")
    deal = tmp_path / "deal.price"
    deal.write_text('book deal extends "list.json"\n', encoding="utf-8")
    with pytest.raises(pricelang.BookError) as caught:
        pricelang.load(deal)
    assert str(caught.value).startswith("deal.price:1:19: `list.json` is a compiled book")
