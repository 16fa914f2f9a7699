"""The page of the constructs, made of the grammar, the page of the language and the corpus:
`docs/constructs.md`. Each statement has its form, an example, and the faults that bad books show
in it, each with its cure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.syntax.diagnostics import BookError, Fault
from pricelang.syntax.split import split_text
from tests.test_codes_page import rows
from tests.test_docs import fences

ROOT = Path(__file__).resolve().parents[1]
GRAMMAR = ROOT / "grammar" / "pricelang.lark"
LANGUAGE = ROOT / "docs" / "language.md"
BAD = ROOT / "tests" / "corpus" / "bad"

HEAD = """# Constructs and their faults

Every statement of the language: its form, an example, and what can be wrong with it. This page is made from the
[grammar](../grammar/pricelang.lark), from the examples of [the language](language.md), and from the books of the test suite that have
faults on purpose. The [codes](codes.md) say what each fault means.

In a form, words of the language stand as they are written. `NAME`, `NUMBER`, `MONEY`, `DATE`, `CLOCK` and `STRING` are values, `[…]` may be left
out, `…` may be repeated, and `|` separates alternatives. An indented line belongs to the line above it.
"""
# The first word of a statement where it is not the name of its rule.
FIRST_WORD = {"accounts": "account"}


def construct_page() -> str:
    """The page as Markdown, a section for each section of the grammar."""
    parts = [HEAD]
    for title, rules in sections():
        parts.append(f"## {title[0].upper()}{title[1:]}\n")
        if title == "shared":
            parts.append("What several statements have in common.\n")
        for name in rules:
            if name in statements():
                parts += _statement(name, rules)
        if title == "shared":
            parts.append(_form(rules))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).rstrip() + "\n"


def _statement(name: str, rules: dict[str, list[str]]) -> Iterator[str]:
    word = FIRST_WORD.get(name, name)
    yield f"### `{word}`\n"
    yield _form({rule: rules[rule] for rule in _used(name, rules)})
    found = examples().get(word)
    if found:
        yield f"```pricelang excerpt\n{found}\n```\n"
    yield f"[More about it](language.md#{anchors().get(word, 'statements')}).\n"
    shown = faults_by_word().get(word, {}).values()
    if shown:
        cures = rows("faults")
        yield "| fault | what is said | cure |\n|---|---|---|"
        yield "".join(
            f"| `{fault.code}` | {_cell(fault.message)} | {_cell(fault.help or cures[fault.code][1])} |\n"
            for fault in sorted(shown, key=lambda fault: (fault.code, fault.message))
        )


def _used(name: str, rules: dict[str, list[str]]) -> list[str]:
    """A rule, and those of its section that only it needs, in the order of the grammar."""
    found = [name]
    for rule in found:
        text = " ".join(rules[rule])
        found += [
            other
            for other in rules
            if other not in found and other not in statements() and re.search(rf"\b{other}\b", text)
        ]
    return [rule for rule in rules if rule in found]


# ---- the grammar ---------------------------------------------------------------------------------


@cache
def sections() -> tuple[tuple[str, dict[str, list[str]]], ...]:
    """The sections of the grammar above its words: the title, and the alternatives of each rule."""
    text = GRAMMAR.read_text(encoding="utf-8").partition("// ---- words")[0]
    found = []
    for part in re.split(r"^// ---- ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        rules: dict[str, list[str]] = {}
        for line in body.splitlines():
            begins = re.match(r"\??(\w+):(.*)", line)
            if begins:
                name = begins[1]
                rules[name] = [begins[2]]
            elif line.strip().startswith("|"):
                rules[name].append(line.strip()[1:])
        found.append((title.rstrip("- "), rules))
    return tuple(found)


@cache
def statements() -> frozenset[str]:
    """The rules that are statements."""
    text = GRAMMAR.read_text(encoding="utf-8")
    listed = re.search(r"^\?statement:(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    assert listed is not None
    return frozenset(re.findall(r"\w+", listed[1]))


@cache
def words() -> dict[str, str]:
    """The terminals of the grammar that are words or marks, each as it is written."""
    text = GRAMMAR.read_text(encoding="utf-8")
    found = dict(re.findall(r"^(\w+)\.3: +/([a-z +]+)\(\?", text, re.MULTILINE))
    found |= dict(re.findall(r'^(\w+): +"(.)"', text, re.MULTILINE))
    return {name: word.replace(" +", " ") for name, word in found.items()}


def _form(rules: dict[str, list[str]]) -> str:
    """Rules as a reader writes them."""
    lines = []
    for name, alternatives in rules.items():
        written = [_written(text) for text in alternatives]
        lines.append(f"{name}: {written[0]}" if len(written) == 1 else f"{name}:")
        if len(written) > 1:
            lines += [f"  | {one}" for one in written]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _written(text: str) -> str:
    """An alternative with its words, `[…]` for what may be left out and `…` for what repeats."""
    text = re.sub(r"\s*->.*", "", text).strip()
    text = re.sub(r"\w+", lambda match: words().get(match[0], match[0]), text)
    text = re.sub(r"\bOFF\b", "NUMBER% off", text)
    again = ""
    while again != text:
        again = text
        text = re.sub(r"(\([^()]*\)|[^\s()\[\]]+)\?", lambda m: f"[{_bare(m[1])}]", text)
        text = re.sub(r"(\([^()]*\)|[^\s()\[\]…]+)\*", lambda m: f"[{_bare(m[1])} …]", text)
        text = re.sub(r"(\([^()]*\)|[^\s()\[\]…]+)\+(?=\s|$|\))", lambda m: f"{m[1]} …", text)
    text = re.sub(r"\(_BREAK (\w+)\) …", r"_BREAK \1 …", text)
    text = text.replace("[_BREAK ", "_BREAK [")
    return re.sub(r"\s*_BREAK\s*", "\n    ", text) or "(blank)"


def _bare(text: str) -> str:
    return text[1:-1] if text.startswith("(") else text


# ---- the language and the corpus -----------------------------------------------------------------


@cache
def examples() -> dict[str, str]:
    """The first statement of each kind on the page of the language, by its first word."""
    found: dict[str, str] = {}
    for fence in fences(LANGUAGE.read_text(encoding="utf-8")):
        if fence.language == "pricelang":
            for chunk in split_text("page", fence.text)[0]:
                found.setdefault(_first_word(chunk.text), chunk.text.rstrip())
    return found


@cache
def anchors() -> dict[str, str]:
    """The section of the page of the language about each statement, by its first word."""
    table = LANGUAGE.read_text(encoding="utf-8").partition("## Statements")[2]
    found = {}
    for names, anchor in re.findall(r"\[((?:`\w+`(?:, )?)+)\]\(#([\w-]+)\)", table):
        found |= dict.fromkeys(re.findall(r"\w+", names), anchor)
    return found


@cache
def faults_by_word() -> dict[str, dict[str, Fault]]:
    """The faults of the bad books by the first word of the statement at their place; of those that
    differ only in names and numbers, the first.
    """
    found: dict[str, dict[str, Fault]] = {}
    for path in sorted([*BAD.glob("*.price"), *BAD.glob("*/book.price")]):
        faults, texts = _faults_of(path if path.parent == BAD else path.parent)
        lines = {name: _words_by_line(text) for name, text in texts.items()}
        for fault in faults:
            word = lines.get(fault.span.file, {}).get(fault.span.line, "")
            key = f"{fault.code} {_template(fault.message)}"
            found.setdefault(word, {}).setdefault(key, fault)
    return found


def _faults_of(path: Path) -> tuple[tuple[Fault, ...], dict[str, str]]:
    try:
        checked = check_layers(read_layers(path))
    except BookError as error:
        return error.faults, error.texts
    return checked.faults, checked.texts


def _words_by_line(text: str) -> dict[int, str]:
    """The first word of the statement to which each line belongs."""
    found = {}
    for chunk in split_text("book", text)[0]:
        for number in range(chunk.line, chunk.line + chunk.text.count("\n")):
            found[number] = _first_word(chunk.text)
    return found


def _first_word(text: str) -> str:
    match = re.match(r"[a-z]+", text)
    return match[0] if match else ""


def _template(message: str) -> str:
    return re.sub(r"[0-9][0-9,.:-]*", "0", re.sub(r"`[^`]*`", "``", message))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
