"""The page of the commands says what the commands say."""

from __future__ import annotations

import os
from pathlib import Path

from pricelang.cli.group import COMMANDS
from tests.command_page import command_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"


def test_the_page_is_made_of_the_commands() -> None:
    page = command_page()
    if os.environ.get("UPDATE_GOLDEN") == "1":
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def test_each_command_is_in_the_table_of_the_readme() -> None:
    readme = (PAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`pricelang {name}" not in readme] == []
