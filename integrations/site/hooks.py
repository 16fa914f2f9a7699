"""Turns the pages of docs/, which read well as files, into pages of the site:
links to files beside docs/ go to the repository, and the words behind the language of a fence go.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# A warning of this logger fails a strict build.
_log = logging.getLogger("mkdocs.hooks.pricelang")
_LINK = re.compile(r"\]\(((?:\.\./)+)([^)#\s]+)(#[^)\s]*)?\)")
_FENCE = re.compile(r"^( *```+\w+) [^\n`]+$", re.MULTILINE)


def on_page_markdown(markdown: str, page: Any, config: Any, **_: object) -> str:
    """The text of a page as the site reads it."""

    def target(match: re.Match[str]) -> str:
        path = ROOT / match[2]
        if not path.exists():
            _log.warning("`%s` links to `%s`, which is not there", page.file.src_path, match[2])
        kind = "tree" if path.is_dir() else "blob"
        return f"]({config.repo_url.rstrip('/')}/{kind}/main/{match[2]}{match[3] or ''})"

    return _LINK.sub(target, _FENCE.sub(r"\1", markdown))
