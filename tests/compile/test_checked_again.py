"""A book that is checked after others in one process, as an editor does after each letter, has the
faults and the rules that it has when it is the first.
"""

from __future__ import annotations

import functools
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from pricelang.check.book_files import Layer
from pricelang.check.files import read_layers
from pricelang.compile.book import Checked, check_layers
from pricelang.model.book import Decisions
from pricelang.model.requests import requests_in
from pricelang.model.space import space_of, value_at
from pricelang.solver import effort
from pricelang.solver.forests import Forests
from pricelang.syntax import parser
from pricelang.syntax.diagnostics import BookError
from pricelang.syntax.incremental import Memory
from tests.oracle_requests import share
from tests.syntax.test_incremental import said

TESTS = Path(__file__).parents[1]
SHIPPED = TESTS.parent / "rules" / "anthropic"
KEPT = Forests()
"""What all books of this module are checked in, one after another."""
FOLDERS = ("corpus/good", "corpus/good", "corpus/claims", "corpus/bad", "specimens")
BOUNDS = (effort.MAX_EFFORT, effort.MAX_EFFORT, 30_000, 3_000, 300)


@functools.cache
def sources(folder: str) -> tuple[tuple[Layer, ...], ...]:
    """The books of a folder of tests that can be read."""
    found = []
    for path in sorted(TESTS.glob(f"{folder}/*.price")):
        try:
            found.append(read_layers(path))
        except BookError:
            continue
    return tuple(found)


def typed(text: str, random: Random) -> str:
    """A text after somebody typed: most often something that can still be read."""
    place = random.randrange(len(text) + 1)
    rows, digits = text.split("\n"), [n for n, letter in enumerate(text) if letter in "123456789"]
    row, other = random.randrange(len(rows)), random.randrange(len(rows))
    match random.choice(["digit", "digit", "digit", "word", "row", "move", "line", "in", "out"]):
        case "digit" if digits:
            at = random.choice(digits)
            return text[:at] + random.choice("123456789") + text[at + 1 :]
        case "word":
            words = text.split(" ")
            words[random.randrange(len(words))] = random.choice(words)
            return " ".join(words)
        case "row":
            rows.insert(other, rows[row])
        case "move":
            rows.insert(other, rows.pop(row))
        case "line":
            rows.insert(row, random.choice(["", "# a comment", 'note "typed"']))
        case "in":
            return text[:place] + random.choice("ab 1|$.") + text[place:]
        case _:
            return text[:place] + text[place + 1 :]
    return "\n".join(rows)


def after(layers: tuple[Layer, ...], random: Random) -> tuple[Layer, ...]:
    """A book after somebody typed in one of its files."""
    number = random.randrange(len(layers))
    files = list(layers[number].files)
    place = random.randrange(len(files))
    files[place] = evolve(files[place], text=typed(files[place].text, random))
    return (*layers[:number], Layer(tuple(files)), *layers[number + 1 :])


def known(checked: Checked) -> tuple[list[Any], str, object]:
    """All that a check found: faults, rules, and diagrams however their nodes are numbered."""
    faults = [
        (fault.code, fault.message, fault.span, fault.help, fault.others, fault.severity)
        for fault in checked.faults
    ]
    if checked.book is None:
        return faults, "", None
    rules = evolve(checked.book, sayings=None, decisions=None)  # type: ignore[arg-type]
    return faults, said(rules) + said(checked.book.sayings()), _drawn(checked.book.decisions)


def _drawn(decisions: Decisions) -> object:
    numbers: dict[int, int] = {}
    nodes: list[object] = []

    def part(root: Any) -> object:
        if isinstance(root, tuple):
            return tuple(map(part, root))
        if root < 0:
            return decisions.leaves[~root]
        if root not in numbers:
            axis, branches = decisions.nodes[root]
            made = axis, tuple((mask, part(child)) for mask, child in branches)
            numbers[root] = len(nodes)
            nodes.append(made)
        return f"node {numbers[root]}"

    apart = {"nodes", "leaves", "watched"}
    names = [one.name for one in fields(Decisions) if one.init and one.name not in apart]
    return [(name, part(getattr(decisions, name))) for name in names], nodes, decisions.watched


def from_nothing(layers: tuple[Layer, ...]) -> Checked:
    """What a process finds that checks nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "_MEMORY", Memory())
        return check_layers(layers)


@share(1)
@given(st.integers(0, 2**64))
def test_a_book_is_checked_as_if_it_were_the_first(seed: int) -> None:
    random = Random(seed)
    layers = random.choice(sources(random.choice(FOLDERS)))
    with pytest.MonkeyPatch.context() as patch:
        for _ in range(4):
            patch.setattr(effort, "MAX_EFFORT", random.choice(BOUNDS))
            assert known(check_layers(layers, KEPT)) == known(from_nothing(layers))
            layers = after(layers, random)


@pytest.mark.parametrize("seed", range(6))
def test_the_shipped_book_is_checked_as_if_it_were_the_first(seed: int) -> None:
    random, layers = Random(seed), read_layers(SHIPPED)
    before = known(check_layers(layers, KEPT))
    assert before[0] == []
    for _ in range(2):
        layers = after(layers, random)
        assert known(check_layers(layers, KEPT)) == known(from_nothing(layers))
    assert known(check_layers(read_layers(SHIPPED), KEPT)) == before


def test_the_plainest_request_is_the_one_of_the_default() -> None:
    """Of two spaces whose axes are as long, and whose defaults differ."""
    book = check_layers(read_layers(SHIPPED), KEPT).book
    assert book is not None
    space, points = space_of(book), []
    for default in (0, 1):
        dimensions = (evolve(space.dimensions[0], default=default), *space.dimensions[1:])
        requests = requests_in(evolve(space, dimensions=dimensions), KEPT)
        points.append(requests.find([]))
    assert [value_at(point, 0) for point in points if point is not None] == [0, 1]
