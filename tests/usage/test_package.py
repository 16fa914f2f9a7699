"""The package itself: what a start loads of it, and how small and documented its modules are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pricelang.usage.reading as reading
from pricelang.usage.records import Place

PACKAGE = Path(reading.__file__).parent


def test_a_start_loads_no_format_before_its_first_record() -> None:
    code = (
        "import sys; from pricelang.usage.reading import read;"
        "list(read('{\"usage\": {\"input\": 1}}', 'x'));"
        "print(sorted(name.rsplit('.', 1)[1] for name in sys.modules if name.startswith('pricelang.usage.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parents[1],
    )
    loaded = done.stdout
    assert "'canonical'" in loaded
    for name in (
        "messages",
        "iterations",
        "claude_code",
        "claude_result",
        "batch",
        "admin_usage",
        "gzip",
        "zlib",
    ):
        assert f"'{name}'" not in loaded


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("a.jsonl", 3, "msg_1"), "a.jsonl:3 (msg_1)"),
        (Place("a.jsonl", 3), "a.jsonl:3"),
        (Place("-"), "-"),
        (Place("", None, "msg_1"), "msg_1"),
        (Place(""), "the record"),
    ],
)
def test_a_place_is_told_in_one_way(place: Place, text: str) -> None:
    assert str(place) == text
