"""What a message advises is right: the mistakes of people who are new to the language have one
fault each, at its place, and what its help says to write is accepted.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.editor.fixes import apply_edits, fixes_of
from pricelang.syntax.diagnostics import BookError, Fault
from tests.corpus.mistakes import Mistake, mistakes

MISTAKES = mistakes()


def faults_of(place: Path) -> tuple[list[Fault], dict[str, str]]:
    """The errors of a book, as `pricelang check` finds them."""
    try:
        checked = check_layers(read_layers(place))
    except BookError as error:
        return list(error.faults), dict(error.texts)
    return [fault for fault in checked.faults if fault.severity == "error"], checked.texts


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda x: f"{x.group}: {x.name}")
def test_the_advice_for_a_mistake_is_right(mistake: Mistake, tmp_path: Path) -> None:
    faults, texts = faults_of(mistake.written_to(tmp_path))
    assert len(faults) == 1, "one mistake is one fault"
    (fault,) = faults
    assert mistake.first_line <= fault.span.line <= mistake.wrong.count("\n")
    assert fault.help
    quoted = re.findall("`([^`]+)`", fault.help)
    words = " ".join(mistake.right.split())
    is_told = not quoted or re.search("such as|^leave", fault.help)
    assert is_told or any(" ".join(text.split()) in words for text in quoted), fault.help
    certain = [fix for fix in fixes_of(fault, texts) if fix.certain]
    if certain:
        assert apply_edits(mistake.wrong, certain[0].edits) == mistake.right
    assert faults_of(mistake.written_to(tmp_path, mistake.right))[0] == []


def test_no_two_mistakes_are_the_same() -> None:
    assert len({mistake.wrong for mistake in MISTAKES}) == len(MISTAKES) > 100
