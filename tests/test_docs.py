"""The documents are tests: what their fences show is run,
and what they show of its output is compared.

- `console`: a line that begins with `$ ` is a command,
  run in the folder of the project (`> ` continues it, after
  a backslash and in a here-document that ends with END); the lines
  below it are its output, errors among them and places to the line
  (`UPDATE_GOLDEN=1` rewrites the numbers of lines). A
  line with nothing but `…` stands for any lines. The commands of a fence share one shell,
  and `console continued` goes on in the shell of the fence before it.
  `console no-run` is not run, and holds commands that
  install something or work in what was installed.
- `python`: run statement by statement;
  a comment at the end of one is what it prints, or else its value. With `>>>` it
  is a doctest. The fences of a document share their names.
- `pricelang`: the blocks of a document, from one with a header on, are one book;
  it has no faults and its examples hold.
  `pricelang NAME.price` is a file of its own beside it.
  `pricelang excerpt`, and blocks above any header, are free of
  syntax faults.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from attrs import evolve, frozen

import pricelang
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.evaluate.examples import run_examples
from pricelang.syntax.parser import parse_file

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")))
    if path.is_file()
]
ANY_LINES = "…"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"
MARK = "=== next command ==="

_NEEDS_INSTALL = re.compile(r"\binstall\b|\bgit clone\b|\.venv/")
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>```+)(?P<info>[^`\n]*)\n(?P<text>.*?)^ *(?P=ticks) *$",
    re.MULTILINE | re.DOTALL,
)


@frozen
class Fence:
    """A code block of a document: the first word after the ticks,
    the rest of them, the text, and its first line.
    """

    language: str
    words: tuple[str, ...]
    text: str
    line: int


def fences(document: str) -> Iterator[Fence]:
    """The code blocks of a Markdown text."""
    for match in _FENCE.finditer(document):
        language, *words = match["info"].split() or [""]
        indent = len(match["indent"])
        text = "".join(
            row[indent:] if row[:indent].isspace() else row
            for row in match["text"].splitlines(keepends=True)
        )
        yield Fence(language, tuple(words), text, document.count("\n", 0, match.start()) + 2)


def check_document(document: str, folder: Path, *, one_shell: bool = False) -> int:
    """Runs the fences of a document and returns how many it ran; with `one_shell` a command stays in
    the shell of the one before it through the whole document.
    Raises `AssertionError` for the first that is wrong.
    """
    names: dict[str, object] = {"__name__": "__docs__"}
    done = 0
    for fence in books_joined(shells_joined(fences(document), one_shell=one_shell)):
        with _named(fence):
            if fence.language == "console":
                done += _check_console(fence)
            elif fence.language == "python":
                done += _check_python(fence, names)
            elif fence.language == "pricelang":
                done += _check_book(fence, folder)
    return done


def shells_joined(found: Iterable[Fence], *, one_shell: bool = False) -> Iterator[Fence]:
    """The code blocks, those of one shell joined where its first one stands."""
    shell: Fence | None = None
    for fence in found:
        if fence.language != "console" or (one_shell and "no-run" in fence.words):
            yield fence
        elif "continued" in fence.words or (one_shell and shell is not None):
            assert shell is not None, "nothing to continue"
            shell = evolve(shell, text=shell.text + fence.text)
        else:
            if shell is not None:
                yield shell
            shell = fence
    if shell is not None:
        yield shell


def books_joined(found: Iterable[Fence]) -> list[Fence]:
    """The code blocks, those of a book joined where its first one stands;
    blank lines keep the numbers of its lines true.
    """
    joined: list[Fence] = []
    book: int | None = None
    for fence in found:
        begins = re.search(r"^book\s", fence.text, re.MULTILINE) is not None
        if fence.language != "pricelang" or fence.words or (book is None and not begins):
            joined.append(fence)
        elif begins or book is None:
            book = len(joined)
            joined.append(fence)
        else:
            before = joined[book]
            gap = fence.line - before.line - before.text.count("\n")
            joined[book] = evolve(before, text=before.text + "\n" * gap + fence.text)
    return joined


@contextlib.contextmanager
def _named(fence: Fence) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise AssertionError(f"the {fence.language} fence at line {fence.line}: {error}") from error


# ---- console -------------------------------------------------------------------------------------


def _check_console(fence: Fence) -> int:
    commands = _commands(fence.text)
    assert commands, "no line begins with `$ `"
    if "no-run" in fence.words:
        for command, _ in commands:
            assert _NEEDS_INSTALL.search(command), f"`{command}` is not run, and installs nothing"
        return 0
    shown = _run([command for command, _ in commands])
    assert len(shown) == len(commands), f"the shell ended early: {shown[-1]}"
    for (command, expected), found in zip(commands, shown, strict=True):
        assert _matches(expected, found), (
            f"`{command}` shows\n{_text(found)}\nand not\n{_text(expected)}"
        )
    return 1


def _commands(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a fence, each with the lines that it shows."""
    found: list[tuple[str, list[str]]] = []
    for row in text.splitlines():
        if row.startswith("$ "):
            found.append((row[2:], []))
        elif found and row.startswith("> ") and not found[-1][1] and _goes_on(found[-1][0]):
            found[-1] = (found[-1][0] + "\n" + row[2:], [])
        else:
            assert found, f"`{row}` stands above the first command"
            found[-1][1].append(row.rstrip())
    return [(command, _stripped(rows)) for command, rows in found]


def _goes_on(command: str) -> bool:
    """Whether the next line belongs to a command: after a backslash, and in a here-document."""
    return command.endswith("\\") or ("<<'END'" in command and not command.endswith("\nEND"))


def _run(commands: list[str]) -> list[list[str]]:
    """The lines that each command of a shell shows, errors among them;
    `$?` is that of the command before.
    """
    script = ['pricelang() { "$PYTHON" -m pricelang "$@"; }', 'python() { "$PYTHON" "$@"; }']
    for command in commands:
        script.append(f"{command}\nstatus=$?; printf '%s\\n' '{MARK}'; (exit $status)")
    env = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    done = subprocess.run(
        ["sh", "-c", "\n".join(script)],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    found = done.stdout.split(MARK + "\n")
    return [
        _stripped([row.rstrip() for row in text.splitlines()])
        for text in (found[:-1] if found[-1] == "" else found)
    ]


def _stripped(rows: list[str]) -> list[str]:
    while rows and not rows[-1]:
        rows = rows[:-1]
    return rows


def _matches(expected: list[str], found: list[str]) -> bool:
    if not expected:
        return not found
    if expected[0] == ANY_LINES:
        return any(_matches(expected[1:], found[start:]) for start in range(len(found) + 1))
    return bool(found) and expected[0] == found[0] and _matches(expected[1:], found[1:])


def with_new_places(document: str) -> str:
    """A document whose commands show the lines of books as they now are;
    every other difference is left to be found.
    """
    for fence in shells_joined(fences(document)):
        if fence.language == "console" and "no-run" not in fence.words:
            commands = _commands(fence.text)
            for (_, expected), found in zip(
                commands, _run([command for command, _ in commands]), strict=False
            ):
                for row in (row for row in expected if ".price:" in row and row not in found):
                    now = {new for new in found if _placeless(new) == _placeless(row)}
                    document = document.replace(row, now.pop()) if len(now) == 1 else document
    return document


def _placeless(row: str) -> str:
    return re.sub(r"\.price:\d+(:\d+)?", ".price:N", row)


def _text(rows: list[str]) -> str:
    return "\n".join(f"    {row}" for row in rows) or "    (nothing)"


# ---- python and books ----------------------------------------------------------------------------


def _check_python(fence: Fence, names: dict[str, object]) -> int:
    if ">>>" in fence.text:
        shown: list[str] = []
        test = doctest.DocTestParser().get_doctest(fence.text, names, "fence", None, fence.line)
        failed, _ = doctest.DocTestRunner(verbose=False).run(
            test, out=shown.append, clear_globs=False
        )
        names.update(test.globs)
        assert not failed, "".join(shown)
        return 1
    comments = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokenize.generate_tokens(io.StringIO(fence.text).readline)
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip()
    }
    for statement in ast.parse(fence.text).body:
        source = ast.get_source_segment(fence.text, statement)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), "fence", "eval"), names)
            else:
                value = None
                exec(compile(ast.Module([statement], []), "fence", "exec"), names)
        found = printed.getvalue().strip() or (
            repr(value) if isinstance(statement, ast.Expr) else ""
        )
        expected = comments.get(statement.end_lineno or 0)
        if expected is not None and isinstance(statement, ast.Expr):
            assert expected == found, f"`{source}` gives {found}, not {expected}"
        assert expected is not None or not printed.getvalue(), (
            f"`{source}` prints {found}, and the document does not show it"
        )
    return 1


def _check_book(fence: Fence, folder: Path) -> int:
    begins = re.search(r"^book\s", fence.text, re.MULTILINE)
    if not begins or "excerpt" in fence.words:
        _, faults = parse_file("fence.price", fence.text)
        assert not faults, faults[0].message
        return 1
    path = folder / (fence.words[0] if fence.words else f"fence_{fence.line}.price")
    path.write_text(fence.text, encoding="utf-8")
    checked = check_layers(read_layers(path))
    shown = [
        f"{fault.span.line + fence.line - 1}:{fault.span.column}: {fault.message}"
        for fault in checked.faults
    ]
    assert not checked.faults, "; ".join(shown)
    failed = [result for result in run_examples(pricelang.load(path)) if not result.passed]
    assert not failed, f"{failed[0].example.title}: {failed[0].expected}, {failed[0].got}"
    return 1


# ---- the tests -----------------------------------------------------------------------------------


GUIDE = ("first-price", "price-change", "contract", "audit-a-bill", "embed", "elsewhere")
"""Pages whose reader types the commands from the first to the last, and stays in the folder to which
one of them led."""


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_document(path: Path, tmp_path: Path) -> None:
    if UPDATE:
        path.write_text(with_new_places(path.read_text(encoding="utf-8")), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    check_document(text, tmp_path, one_shell=path.stem in GUIDE)


GOOD = """
# A document
```console
$ pricelang price --model claude-opus-4-7 --at 2026-04-17 --input 50k --output 15k
claude-opus-4-7 at 2026-04-17
…
total                                        $0.625
$ name=claude-opus-47
```
```console continued
$ pricelang price --model $name --input 1 2>/dev/null
$ echo $?
1
$ printf 'rates.price:7\\n' >&2
rates.price:7
```
```console no-run
$ python -m pip install pricelang
```
```python
import pricelang
book = pricelang.load()  # the bundled book
bill = book.price(model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000})
bill.total  # Decimal('0.25')
print(bill.lines[0].meter)  # input
```
```python
>>> bill.currency
'USD'
```
- in a list
  ```pricelang
  meter input in tokens
  ```
```pricelang
book small in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
```
An example belongs to that book:
```pricelang
example "one"
  given m-1 at 2026-01-01
  uses 1,000,000 input
  costs $1
```
```pricelang agreed.price
book agreed extends small from 2026-01-01 before 2027-01-01
rates per MTok
  | model | from       | input            |
  | m-1   | 2026-02-01 | $0.50 instead of $1 |
example "agreed"
  given m-1 at 2026-02-01
  uses 1,000,000 input
  costs $0.50
```
```pricelang excerpt
round total to $0.01 half_even
```
```text
nothing to run
```
"""


def test_a_good_document(tmp_path: Path) -> None:
    assert [fence.language for fence in fences(GOOD)].count("pricelang") == 5
    assert check_document(GOOD, tmp_path) == 7


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("$0.625", "$0.626", "line 4"),
        ("…\n", "", "claude-opus-4-7 at 2026-04-17"),
        ("$ echo $?\n1\n", "$ echo $?\n0\n", "`echo $?` shows"),
        ("\nrates.price:7", "\nrates.price:8", "rates.price:8"),
        ("$ echo $?\n1\n", "$ exit 3\n$ echo\n", "the shell ended early"),
        ("$ python -m pip install pricelang", "$ rm -r important", "installs nothing"),
        ("# Decimal('0.25')", "# Decimal('0.26')", "gives Decimal('0.25')"),
        ("  # input", "  # output", "gives input, not output"),
        ("  # input", "", "the document does not show it"),
        ("'USD'", "'EUR'", "Expected"),
        ("  meter input in tokens\n  ```", "  metre input in tokens\n  ```", "pricelang fence"),
        ("| m-1   | 2026-01-01 | $1    |", "| m-2   | 2026-01-01 | $1    |", "m-2"),
        ("costs $1\n", "costs $2\n", "one: costs $2, costs $1"),
        ("costs $0.50\n", "costs $1\n", "agreed: costs $1, costs $0.50"),
        ("round total", "rond total", "pricelang fence"),
    ],
)
def test_a_document_that_is_wrong(old: str, new: str, words: str, tmp_path: Path) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(AssertionError, match=re.escape(words)):
        check_document(GOOD.replace(old, new), tmp_path)


def test_only_the_numbers_of_lines_are_rewritten() -> None:
    old = GOOD.replace("\nrates.price:7", "\nrates.price:8").replace("$0.625", "$0.626")
    assert with_new_places(old) == GOOD.replace("$0.625", "$0.626")
