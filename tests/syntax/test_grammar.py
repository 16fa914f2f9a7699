"""The grammar is LALR(1) without conflicts, and its words are what the parser believes they are."""

from __future__ import annotations

import re

from lark import Lark

from pricelang.files.bundled import grammar_path
from pricelang.syntax.build_statements import STATEMENTS
from pricelang.syntax.print_lines import BODIES
from pricelang.syntax.printer import HEADERS
from pricelang.syntax.split import split_text
from pricelang.syntax.words import NAMES_TOO, beginnings, grammar, reserved, words
from tests import strategies

GRAMMAR = grammar_path().read_text(encoding="utf-8")


def test_the_grammar_has_no_conflicts() -> None:
    Lark(GRAMMAR, parser="lalr", strict=True)


def test_every_word_of_the_grammar_is_reserved() -> None:
    written = re.findall(
        r"^[A-Z_]+\.3: +/([a-z]+)(?: \+([a-z]+))?\(\?", GRAMMAR, flags=re.MULTILINE
    )
    assert reserved() == {word for pair in written for word in pair if word} - NAMES_TOO
    assert {*beginnings()} >= NAMES_TOO
    assert {
        "for",
        "from",
        "at",
        "least",
        "most",
        "x",
        "see",
        "refuse",
        "models",
        "released",
    } <= reserved()
    assert words()["AT_LEAST"] == "at least"


def test_every_statement_of_the_grammar_is_built_printed_and_generated() -> None:
    rule = re.search(r"^\?statement: ((?:.|\n +\|)*)", GRAMMAR, flags=re.MULTILINE)
    assert rule is not None
    kinds = set(re.findall(r"[a-z]+", rule.group(1)))
    split = {"group": {"group_of_names", "group_of_models"}, "allow": {"allow_value", "allow_pair"}}
    assert {name for kind in kinds for name in split.get(kind, {kind})} == set(STATEMENTS)
    assert set(strategies.STATEMENTS) == set(HEADERS)
    assert set(BODIES) < set(HEADERS)
    assert len(HEADERS) == len(kinds) + 1  # `allow` makes two nodes


def test_every_statement_of_the_grammar_is_on_the_page_of_the_language() -> None:
    page = (grammar_path().parents[1] / "docs" / "language.md").read_text(encoding="utf-8")
    table = page[page.index("| statement |") :].split("\n\n")[0]
    assert {*beginnings()} <= set(re.findall(r"`([a-z]+)`", table))


def test_every_rule_and_word_of_the_grammar_is_written_on_the_page_of_the_language() -> None:
    page = (grammar_path().parents[1] / "docs" / "language.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```pricelang[^\n]*\n(.*?)```", page, flags=re.DOTALL)
    assert 'include "' in page  # a book of one page has no other file
    rules, tokens = {"include"}, set()
    for chunk in split_text("page", "\n".join(blocks))[0]:
        parse = grammar().parse(chunk.text)
        rules |= {str(node.data) for node in parse.iter_subtrees()}
        tokens |= {token.type for token in parse.scan_values(lambda token: True)}
    lark = grammar()
    known = {rule.alias or str(rule.origin.name) for rule in lark.rules if not rule.options.expand1}
    assert {name for name in known if not name.startswith("_")} <= rules
    assert {x.name for x in lark.terminals if not x.name.startswith("_")} <= tokens


def test_every_token_of_the_grammar_is_used() -> None:
    lark = grammar()
    used = {symbol.name for rule in lark.rules for symbol in rule.expansion}
    assert {terminal.name for terminal in lark.terminals} - used == set(lark.lexer_conf.ignore)
