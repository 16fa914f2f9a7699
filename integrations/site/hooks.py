"""Turns the pages of docs/, which read well as files, into pages of the site:
links to files beside docs/ go to the repository, and the words behind the language of a fence go.
A bar in code in a table stands for itself, an option stays on its line, and a session is coloured by
its prompts.
"""

from __future__ import annotations

import html
import logging
import re
from pathlib import Path
from typing import Any

from pygments.lexers.shell import BashSessionLexer

ROOT = Path(__file__).resolve().parents[2]
# A warning of this logger fails a strict build.
_log = logging.getLogger("mkdocs.hooks.pricelang")
_LINK = re.compile(r"\]\(((?:\.\./)+)([^)#\s]+)(#[^)\s]*)?\)")
_FENCE = re.compile(r"^( *```+\w+) [^\n`]+$", re.MULTILINE)
_OPTION = re.compile(r"<code>(--[a-z-]{1,24})</code>")
_CODE_WITH_BAR = re.compile(r"`([^`\n]*\\\|[^`\n]*)`")

# A prompt is `$ ` at the head of a line: an amount is none. What follows `> ` is of the command.
BashSessionLexer._ps1rgx = re.compile(r"^(\$ )(.*\n?)")
BashSessionLexer._bare_continuation = True


def on_page_markdown(markdown: str, page: Any, config: Any, **_: object) -> str:
    """The text of a page as the site reads it."""

    def target(match: re.Match[str]) -> str:
        path = ROOT / match[2]
        if not path.exists():
            _log.warning("`%s` links to `%s`, which is not there", page.file.src_path, match[2])
        kind = "tree" if path.is_dir() else "blob"
        return f"]({config.repo_url.rstrip('/')}/{kind}/main/{match[2]}{match[3] or ''})"

    rows = (_bars(row) if row.startswith("|") else row for row in markdown.split("\n"))
    return _LINK.sub(target, _FENCE.sub(r"\1", "\n".join(rows)))


def on_page_content(content: str, **_: object) -> str:
    """The page as HTML, in which an option stays on its line."""
    return _OPTION.sub(r'<code class="option">\1</code>', content)


def _bars(row: str) -> str:
    """A row of a table whose code has bars, which a file viewer wants behind a backslash."""

    def code(match: re.Match[str]) -> str:
        text = html.escape(match[1].replace("\\|", "|"), quote=False)
        return f"<code>{text.replace('|', '&#124;')}</code>"

    return _CODE_WITH_BAR.sub(code, row)
