"""The compiled form of a book: it says all of the book, in one way, and its schema holds."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import pricelang
from pricelang.apps.compiled_book import compiled_data, compiled_text
from pricelang.compile.artefact import KINDS, canonical, sealed
from pricelang.compile.book_schema import PATH, schema_text
from pricelang.compile.store import dump_book
from tests.kinds import ALLOW, PAIRS
from tests.test_kinds import both

GOOD = sorted(
    path
    for path in (Path(__file__).parents[1] / "corpus" / "good").iterdir()
    if path.suffix == ".price" or path.is_dir()
)
EACH = (*PAIRS, ALLOW)
LISTED = Path(__file__).parents[1] / "apps" / "additions" / "book"
SMALL = Path(__file__).parents[1] / "corpus" / "good" / "limits.price"


@functools.cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(PATH.read_text(encoding="utf-8")))


def check(book: pricelang.Book) -> None:
    """A book comes back whole from its compiled form, which is of the schema."""
    text = compiled_text(book)
    validator().validate(json.loads(text))
    found = pricelang.load(text)
    assert dump_book(found.checked) == dump_book(book.checked)
    assert compiled_text(found) == text
    assert found.digest == book.digest


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_book_comes_back_whole(path: Path) -> None:
    if path.is_dir() and not (path / "book.price").exists():
        pytest.skip("a folder of several books")
    check(pricelang.load(path))


@pytest.mark.parametrize("pair", EACH, ids=lambda pair: pair.kind)
def test_each_kind_of_rule_comes_back(pair: Any) -> None:
    for book in both(pair):
        check(book)


def test_the_kinds_are_those_of_the_registry() -> None:
    assert {pair.kind for pair in EACH} == KINDS


def test_the_schema_is_that_of_the_model() -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        PATH.write_text(schema_text(), encoding="utf-8")
    assert PATH.read_text(encoding="utf-8") == schema_text()


def test_the_bundled_book_comes_back_whole() -> None:
    check(pricelang.load())


def test_the_same_book_gives_the_same_bytes() -> None:
    command = [sys.executable, "-m", "pricelang", "compile", str(SMALL)]
    texts = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    (text,) = texts
    assert text.endswith(b"}\n")
    assert canonical(json.loads(text)).encode() + b"\n" == text


def test_the_same_files_give_the_same_bytes_wherever_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shutil.copytree(LISTED, tmp_path / "here" / "book")
    there = shutil.copytree(LISTED, tmp_path / "there" / "book")
    for path in there.glob("*.price"):  # as a system with other line ends checks them out
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    (tmp_path / "link").symlink_to(here)
    monkeypatch.chdir(tmp_path / "here")
    sources = ("book", "./book", "book/book.price", "../there/book", there, tmp_path / "link")
    assert len({compiled_text(pricelang.load(source)) for source in sources}) == 1


def test_a_contract_carries_what_it_extends() -> None:
    contract = pricelang.load("book ours extends anthropic\n")
    found = pricelang.load(compiled_data(contract))
    assert found.below is not None
    assert found.below.digest == pricelang.load().digest
    assert found.list_book().name == "anthropic"


# ---- what is none --------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]
BAD: dict[str, tuple[Change, str]] = {
    "another format": (lambda x: x.update(format="book"), "`format` is not"),
    "a later version": (lambda x: x.update(version=2), "`version` is not 1"),
    "a later language": (lambda x: x.update(language=2), "`language` is not 1"),
    "a kind of a later release": (lambda x: x["kinds"].append("lottery"), "`kinds` has `lottery`"),
    "no kinds": (lambda x: x.pop("kinds"), "`kinds` is not a list"),
    "an unknown member": (lambda x: x.update(more=1), "`more` is unknown"),
    "a missing member": (lambda x: x.pop("stack"), "`stack` is missing"),
    "a float": (lambda x: x["prices"][1].update(amount=0.5), "`prices[1].amount` is not an exact"),
    "an exponent": (lambda x: x["prices"][0].update(amount="1e9"), "`prices[0].amount` is not an"),
    "a null": (lambda x: x["models"][0].update(name=None), "`models[0].name` is not a text"),
    "true for a number": (lambda x: x["models"][0].update(released=True), "is not a whole number"),
    "a word": (lambda x: x["prices"][0].update(kind="gift"), "`prices[0].kind` is none of amount"),
    "a scope": (lambda x: x["prices"][0].update(scope={"a": []}), "`prices[0].scope.a` is not"),
    "a node that leads on": (
        lambda x: x["decisions"]["nodes"][0]["to"].__setitem__(0, 7),
        "`decisions.nodes[0].to[0]` leads to no node before it",
    ),
    "no such model": (lambda x: x["prices"][0].update(model=99), "`prices[0].model` is 99, and"),
    "no such points": (
        lambda x: x["prices"][0].update(scope={"0": [[0, 70]]}),
        "`prices[0].scope.0` has no such points",
    ),
    "more points than memory": (
        lambda x: x["prices"][0].update(scope={"0": [[0, 10**15]]}),
        "`prices[0].scope.0` is not a list of ranges",
    ),
    "no size": (lambda x: x["prices"][0].update(size="0"), "`prices[0].size` is not above 0"),
    "no instant": (
        lambda x: x["models"][0].update(released=10**15),
        "`models[0].released` is no instant",
    ),
    "time out of order": (
        lambda x: x["boundaries"].reverse(),
        "`boundaries` do not part time in order",
    ),
    "no such axis": (
        lambda x: x["decisions"]["nodes"][0].update(axis=70),
        "`decisions.nodes[0].axis` is 70, and there are",
    ),
    "a node without a point": (
        lambda x: x["decisions"]["nodes"][0]["to"].pop(),
        "`decisions.nodes[0].to` has not",
    ),
    "no such root": (
        lambda x: x["decisions"].update(free=-99),
        "leads to no node and no leaf: -99",
    ),
    "no root": (lambda x: x["decisions"]["prices"].pop(), "of each price` is missing"),
    "a rule of another": (
        lambda x: x["decisions"]["leaves"].__setitem__(slice(None), [[999]] * 9),
        "leads to no rule of it",
    ),
    "no such member of the stack": (
        lambda x: x["stack"].__setitem__(0, ["limit", 99]),
        "`stack[0]` is 99, and there are",
    ),
    "a short list": (lambda x: x.update(term=[1]), "`term` is not a list of 2"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_compiled_book_is_told_with_its_place(name: str) -> None:
    change, message = BAD[name]
    data = json.loads(compiled_text(pricelang.load(SMALL)))
    change(data)
    with pytest.raises(pricelang.BookError) as caught:
        pricelang.load(sealed(data))
    (fault,) = caught.value.faults
    assert fault.code == "bad_compiled"
    assert message in fault.message
    assert fault.help is not None


def test_a_changed_price_is_noticed() -> None:
    text = compiled_text(pricelang.load(SMALL))
    changed = text.replace('"amount":"', '"amount":"9', 1)
    for bad in (changed, changed[:-40], "{", "{}", "[" * 9, '{"a":' * 100_000):
        with pytest.raises(pricelang.BookError):
            pricelang.load(bad)
