"""The corpus of small books, good and bad: what is printed of each stands beside it as `NAME.out`.

`UPDATE_GOLDEN=1 pytest tests/test_corpus.py` writes all expected outputs anew; read the difference
before it is kept. A book is `NAME.price`, or a folder `NAME` with a `book.price`. Books that no
text file can hold (a link that leads outside, a line without end) are made by the functions in
`corpus/made.py`. Every code and every sentence of a fault in the source must be printed by some bad
book, and every rule of the grammar must be used by some good one.
"""

from __future__ import annotations

import datetime
import os
import re
from pathlib import Path

import pytest
from attrs import evolve

from pricelang.api import Book, load
from pricelang.check.files import read_layers
from pricelang.compile.book import Checked, check_layers
from pricelang.evaluate.examples import run_examples
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, Refused
from pricelang.syntax import parser
from pricelang.syntax.diagnostics import BookError, Fault, render_fault
from pricelang.syntax.split import MAX_TEXT
from pricelang.syntax.words import grammar
from tests import oracle
from tests.corpus.made import MADE, SMALL
from tests.corpus.mistakes import GROUPS, mistakes
from tests.corpus.said import said

CORPUS = Path(__file__).parent / "corpus"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICELANG_CACHE", "")


def books(kind: str) -> list[Path]:
    """The books of `good` or `bad`: files, and folders with a `book.price`."""
    folder = CORPUS / kind
    return sorted([*folder.glob("*.price"), *(path.parent for path in folder.glob("*/book.price"))])


def faults_of(source: str | Path) -> tuple[tuple[Fault, ...], dict[str, str], Checked | None]:
    """What is wrong with a book, as `pricelang check` finds it,
    and the book where it could be read.
    """
    try:
        checked = check_layers(read_layers(source))
    except BookError as error:
        return error.faults, error.texts, None
    return checked.faults, checked.texts, checked


def rendered(faults: tuple[Fault, ...], texts: dict[str, str]) -> str:
    return "".join(render_fault(fault, texts) + "\n" for fault in faults) or "no faults\n"


def compare(golden: Path, found: str) -> None:
    """The output of one book against what is kept beside it."""
    if UPDATE:
        golden.write_text(found, encoding="utf-8")
    assert golden.exists(), (
        f"{golden.name} is missing: run `UPDATE_GOLDEN=1 pytest tests/test_corpus.py` and read it"
    )
    assert found == golden.read_text(encoding="utf-8")


# ---- bad books -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", books("bad"), ids=lambda path: path.stem)
def test_a_bad_book_is_reported_as_expected(path: Path) -> None:
    faults, texts, checked = faults_of(path)
    compare(path.with_suffix(".out"), rendered(faults, texts))
    assert any(fault.severity == "error" for fault in faults)
    assert checked is None or checked.book is None


@pytest.mark.parametrize("name", sorted(MADE))
def test_what_no_text_file_can_hold_is_reported_as_expected(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        source = MADE[name](tmp_path, patch)
        patch.chdir(tmp_path)
        faults, texts, _ = faults_of(source)
    compare(CORPUS / "bad" / f"made_{name}.out", rendered(faults, texts))
    assert any(fault.severity == "error" for fault in faults)


@pytest.mark.parametrize("group", GROUPS)
def test_the_mistakes_of_a_group_are_reported_as_expected(group: str, tmp_path: Path) -> None:
    found = []
    for mistake in (one for one in mistakes() if one.group == group):
        faults, texts, _ = faults_of(mistake.written_to(tmp_path))
        found.append(f"# {mistake.name}\n{rendered(faults, texts)}")
    compare(CORPUS / "bad" / f"made_mistakes_{group}.out", "".join(found))


def test_what_is_no_compiled_book_is_reported_as_expected() -> None:
    made: tuple[tuple[str, str | dict[str, object], str | None], ...] = (
        ("bad_compiled", "{}", None),
        ("other_file", "{}", "0" * 64),
        ("no_sha256", "{}", "abc"),
        ("sha256_of_no_file", {}, "0" * 64),
    )
    for name, source, wanted in made:
        with pytest.raises(BookError) as caught:
            load(source, sha256=wanted)
        compare(CORPUS / "bad" / f"made_{name}.out", rendered(caught.value.faults, {}))


def test_a_text_that_is_too_long_is_reported_as_expected() -> None:
    _, faults = parser.parse_file("long.price", "#" * (MAX_TEXT + 1))
    compare(CORPUS / "bad" / "made_long_text.out", rendered(faults, {}))


def test_a_statement_with_too_many_lines_is_reported_as_expected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pricelang.syntax import split

    monkeypatch.setattr(split, "MAX_STATEMENT_LINES", 2)
    _, faults = parser.parse_file("long.price", SMALL)
    compare(CORPUS / "bad" / "made_many_rows.out", rendered(faults, {"long.price": SMALL}))
    assert faults


# ---- every fault has a bad book ------------------------------------------------------------------


SAID = sorted(set(said()))


def printed() -> list[str]:
    return [
        line
        for path in sorted((CORPUS / "bad").glob("*.out"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"(error|warning)\[", line)
    ]


def test_the_source_says_what_this_test_reads() -> None:
    assert len(SAID) > 120
    assert {code for _, code, _ in SAID} >= {
        "syntax",
        "overlap",
        "gap",
        "stale_instead_of",
        "unknown_meter",
        "outside",
    }


@pytest.mark.parametrize(
    ("file", "code", "sentence"), SAID, ids=[f"{f}-{c}-{s[:40]}" for f, c, s in SAID]
)
def test_every_fault_is_printed_by_a_bad_book(file: str, code: str, sentence: str) -> None:
    pattern = re.compile(rf"(error|warning)\[{code}\]: {sentence}")
    assert any(pattern.fullmatch(line) for line in printed()), (
        f"no bad book shows this fault of {file}"
    )


@pytest.mark.parametrize("line", sorted(set(printed())))
def test_a_sentence_is_in_the_style_of_the_house(line: str) -> None:
    sentence = line.split(": ", 1)[1]
    assert sentence.isprintable()
    assert not sentence.endswith(".")
    assert not sentence[0].isupper()
    assert sentence.count("`") % 2 == 0


# ---- good books ----------------------------------------------------------------------------------


def _arguments(book: m.Book, example: m.Example) -> dict[str, object]:
    """An example as the arguments of `Book.price`."""
    each = []
    for index, points in example.sides:
        summed = book.sums[index]
        each += [f"{summed.label} over {limit}" for limit in summed.limits[: points[0]]]
        each += [f"{summed.label} up to {limit}" for limit in summed.limits[points[-1] :]]
    at = datetime.datetime.fromtimestamp(example.at, datetime.UTC)
    return {
        "model": example.model,
        "at": at,
        "record": example.record,
        "each": each,
        "usage": {name: list(uses) for name, uses in example.usage},
        **dict(example.dimensions),
    }


def outcome(book: Book, example: m.Example) -> tuple[str, tuple[object, ...]]:
    """What comes of an example: in words, and as the example would state it."""
    try:
        bill = book.price(**_arguments(book.checked, example))  # type: ignore[arg-type]
    except NotOffered as error:
        return f"not offered: {error.message}", ("not_offered",)
    except Refused as error:
        by = f"refused by {error.rule}" if error.rule else "refused"
        return f"{by}: {error.message}", ("refused", error.rule)
    low, high = (bill.low, bill.high)
    text = f"{bill.currency} {low}" if low == high else f"{bill.currency} {low} to {high}"
    exact = (bill.exact_total, bill.exact_total) if bill.bounds is None else bill.bounds
    notes = "".join(f"\n    {note.text}" for note in bill.notes)
    return text + notes, ("cost", *exact, bill.currency)


def _wanted(example: m.Example) -> tuple[object, ...]:
    if example.expect == "cost":
        return ("cost", example.low, example.high, example.currency)
    return ("refused", example.rule or None) if example.expect == "refused" else ("not_offered",)


@pytest.mark.parametrize("path", books("good"), ids=lambda path: path.stem)
def test_a_good_book_prices_its_examples(path: Path) -> None:
    faults, texts, checked = faults_of(path)
    assert checked is not None, rendered(faults, texts)
    assert checked.book is not None, rendered(faults, texts)
    assert all(fault.severity == "warning" for fault in faults)
    assert checked.book.examples, "a good book has examples"
    book = Book(checked.book)
    lines, wrong = [], []
    for example in checked.book.examples:
        words, found = outcome(book, example)
        lines.append(f"{example.title}: {words}\n")
        if found != _wanted(example):
            wrong.append(f"{example.title}: {found}, not {_wanted(example)}")
    assert not wrong
    assert [result.got for result in run_examples(book) if not result.passed] == []
    compare(path.with_suffix(".out"), rendered(faults, texts) + "".join(lines))


def test_an_example_with_another_total_does_not_pass() -> None:
    _, _, checked = faults_of(CORPUS / "good" / "thresholds.price")
    assert checked is not None
    assert checked.book is not None
    wrong = [evolve(example, high=example.high + 1) for example in checked.book.examples]
    assert not any(result.passed for result in run_examples(Book(checked.book), wrong))


def _plain_examples() -> list[tuple[Path, m.Example]]:
    read = [(path, faults_of(path)[2]) for path in books("good")]
    return [
        (path, example)
        for path, checked in read
        for example in (
            checked.book.examples if checked is not None and checked.book is not None else ()
        )
        if example.record == "single"
    ]


def _oracle_says(path: Path, example: m.Example) -> tuple[object, ...]:
    entry = path / "book.price" if path.is_dir() else path
    usage = {name: list(uses) for name, uses in example.usage}
    found = oracle.read_book(entry).price(
        example.model, example.at, dict(example.dimensions), usage
    )
    if isinstance(found, oracle.Priced):
        return ("cost", found.total, found.total, found.currency)
    if isinstance(found, oracle.Refused):
        return ("refused", None if found.kind == "refuse" else found.rule)
    return ("not_offered",)


@pytest.mark.parametrize(
    ("path", "example"), _plain_examples(), ids=lambda x: x.stem if isinstance(x, Path) else x.title
)
def test_a_second_evaluator_agrees(path: Path, example: m.Example) -> None:
    assert _oracle_says(path, example) == _wanted(example)


def test_nothing_is_kept_for_a_book_that_is_gone() -> None:
    names = {path.stem for kind in ("good", "bad") for path in books(kind)}
    others = (
        "long_text",
        "many_rows",
        "bad_compiled",
        "other_file",
        "no_sha256",
        "sha256_of_no_file",
    )
    names |= {f"made_{name}" for name in (*MADE, *others)}
    names |= {f"made_mistakes_{group}" for group in GROUPS}
    assert {path.stem for path in CORPUS.glob("*/*.out")} == names


def _rules_of(text: str) -> set[str]:
    """The rules of the grammar that a file's statements use."""
    from pricelang.syntax.split import split_text

    found: set[str] = set()
    for chunk in split_text("book", text)[0]:
        found |= {str(node.data) for node in grammar().parse(chunk.text).iter_subtrees()}
    return found


def test_every_rule_of_the_grammar_is_used_by_a_good_book() -> None:
    used: set[str] = set()
    for path in (CORPUS / "good").rglob("*.price"):
        used |= _rules_of(path.read_text(encoding="utf-8"))
    known: set[str] = set()
    for rule in grammar().rules:
        name = rule.alias or str(rule.origin.name)
        if not name.startswith("_") and not rule.options.expand1:
            known.add(name)
    assert known - used == set()
    assert len(known) > 60
