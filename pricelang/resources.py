"""Where the grammar and the bundled books lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def grammar_path() -> Path:
    """The Lark grammar."""
    return _folder("grammar") / "pricelang.lark"


def rules_folder() -> Path:
    """The folder of the bundled books, one folder a book."""
    return _folder("rules")
