"""Accepted differences: which lines take which, and what is no such file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricelang.apps.drift.accepted import AcceptedFault, read_accepted, sorted_by
from pricelang.apps.drift.difference import Difference

PRICE = Difference(
    "price", "litellm", "acme/one", "one", "input", "$1", "$2", "", {"speed": "fast"}
)
NAME = Difference("model", "genai-prices", "other", "", "", "named", "unknown", "")


def lines(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "drift.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("keys", "takes"),
    [
        ('id = "acme/*"', True),
        ('id = ["x", "acme/o?e"]', True),
        (
            'source = "lite*"\nkind = "price"\nwhat = "in*"\nwhen = "speed fast"\ntheirs = "$1"',
            True,
        ),
        ('theirs = "$3"', False),
        ('kind = "date"', False),
        ('source = "genai-prices"', False),
        ('when = "speed slow"', False),
        ("until = 2026-12-01", True),
        ("since = 2026-11-29", True),
        ("since = 2026-11-30", False),
        ("until = 2026-11-29", False),
    ],
)
def test_a_line_takes_what_it_describes(tmp_path: Path, keys: str, takes: bool) -> None:
    path = lines(tmp_path, f'[[accepted]]\nreason = "known"\n{keys}\n')
    found = sorted_by(read_accepted(path), [PRICE], ["litellm"], "2026-11-29")
    assert bool(found.accepted) == takes
    assert bool(found.new) != takes


def test_an_empty_file_accepts_nothing(tmp_path: Path) -> None:
    assert read_accepted(lines(tmp_path, "# nothing yet\n")) == []


def test_what_takes_nothing_is_unused_where_its_source_was_asked(tmp_path: Path) -> None:
    text = (
        '[[accepted]]\nsource = "litellm"\nid = ["acme/*", "gone"]\nreason = "a"\n'
        '[[accepted]]\nsource = "anthropic"\nid = "*"\nreason = "b"\n'
        '[[accepted]]\nsource = "litellm"\nid = "later"\nreason = "c"\nsince = 2026-11-30\n'
    )
    found = sorted_by(
        read_accepted(lines(tmp_path, text)), [PRICE, NAME], ["litellm"], "2026-11-29"
    )
    assert found.new == [NAME]
    assert [str(line) for line in found.unused] == ["litellm gone"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "holds tables `[[accepted]]`"),
        ("[[accepted]]\nid = 'a'", "no `reason`"),
        ("[[accepted]]\nreason = ' '", "no `reason`"),
        ("[[accepted]]\nreason = 'a'\nreasons = 'b'", "there is no key `reasons`; did you mean"),
        ("[[accepted]]\nreason = 'a'\nid = 3", "holds a text"),
        ("[[accepted]]\nreason = 'a'\nkind = 'prices'", "`kind` is one of model, price"),
        ("[[accepted]]\nreason = 'a'\nuntil = 3", "`until` is a day"),
        ("accepted = [3]", "this is no table"),
        ("[[accepted", "cannot be read"),
    ],
)
def test_another_form_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AcceptedFault) as caught:
        read_accepted(lines(tmp_path, text))
    assert message in str(caught.value)
