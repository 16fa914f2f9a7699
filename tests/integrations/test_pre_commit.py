"""The hooks for pre-commit, run as it runs them: the entry, its arguments, the files."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}
GOOD = """book shop in USD
unit MTok is 1,000,000 tokens
meter input in tokens

models
  | model | released   |
  | one   | 2026-01-01 |

rates per MTok
  | model | from       | input |
  | one   | 2026-01-01 | $2    |

example "one"
  given one at 2026-01-01
  uses 1,000,000 input
  costs $2
"""


def hook(name: str, folder: Path, *arguments: str) -> tuple[int, bool]:
    """The exit code of a hook on a folder with a book, and whether it changed the book."""
    found = HOOKS[name]
    path = folder / "shop.price"
    before = path.read_text()
    assert re.search(found["files"], path.name)
    assert found["language"] == "python"
    entry, *words = shlex.split(found["entry"])
    files = [path.name] if found.get("pass_filenames", True) else []
    command = [str(Path(sys.executable).parent / entry), *words, *arguments, *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode, path.read_text() != before


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "changes"),
    [
        ("pricelang-fmt", "", "", 0, False),
        ("pricelang-fmt", "| $2    |", "| $2 |", 0, True),  # pre-commit fails for the change
        ("pricelang-check", "", "", 0, False),
        ("pricelang-check", "in tokens", "in tokns", 1, False),
        ("pricelang-test", "", "", 0, False),
        ("pricelang-test", "costs $2", "costs $3", 1, False),
    ],
)
def test_a_hook_says_what_is_wrong(
    tmp_path: Path, name: str, old: str, new: str, code: int, changes: bool
) -> None:
    (tmp_path / "shop.price").write_text(GOOD.replace(old, new) if old else GOOD)
    arguments = [] if name == "pricelang-fmt" else ["shop.price"]
    assert hook(name, tmp_path, *arguments) == (code, changes)
