"""A book for a service: loaded again where the content of its source has changed, and only there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import pricelang
from pricelang.apps.compiled_book import compiled_text

LIST = """book list in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model   | released   |
  | alpha-1 | 2026-01-01 |
rates per MTok
  | model   | from       | input |
  | alpha-1 | 2026-01-01 | $4    |
"""


def price(watched: pricelang.WatchedBook[pricelang.Book]) -> str:
    book = watched.book
    return str(book.total(model="alpha-1", at="2026-01-05", usage={"input": 1_000_000}))


def written(path: Path, text: str, time: int = 0) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time, time))


def test_a_new_content_is_a_new_book(tmp_path: Path) -> None:
    path = tmp_path / "list.price"
    written(path, LIST)
    watched = pricelang.watch(path, every=0)
    first = watched.book
    assert price(watched) == "4"
    written(path, LIST, time=1)
    assert watched.book is first, "the time of a file says nothing"
    written(path, LIST.replace("$4", "$5"), time=1)
    assert price(watched) == "5"
    assert watched.error is None
    assert not watched.reload()


def test_a_book_with_faults_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "list.price"
    written(path, LIST)
    watched = pricelang.watch(path, every=0)
    for bad in (LIST.replace("rates", "rotes"), "{", ""):
        written(path, bad)
        assert price(watched) == "4"
        assert watched.error is not None
        with pytest.raises(pricelang.BookError):
            watched.reload()
    path.unlink()
    assert price(watched) == "4"
    written(path, compiled_text(pricelang.load(LIST.replace("$4", "$6"))))
    assert watched.reload()
    assert (price(watched), watched.error) == ("6", None)


def test_it_looks_no_more_often_than_it_is_told_to(tmp_path: Path) -> None:
    path = tmp_path / "list.price"
    written(path, LIST)
    watched = pricelang.watch([path, "anthropic"], every=3600)
    written(path, LIST.replace("$4", "$5"))
    assert price(watched) == "4"
    assert watched.reload()
    assert price(watched) == "5"


def test_what_it_reads_from_must_be_there_at_first(tmp_path: Path) -> None:
    with pytest.raises(pricelang.BookError, match="there is no file"):
        pricelang.watch(tmp_path / "none.price")


@pytest.mark.parametrize("every", ["60", None, -1, float("nan"), True, [60]])
def test_how_often_it_looks_is_a_number_of_seconds(every: object) -> None:
    with pytest.raises(pricelang.BadRequest, match="`every` is a number of seconds") as caught:
        pricelang.watch(LIST, every=every)  # type: ignore[arg-type]
    assert caught.value.code == "wrong_type"
