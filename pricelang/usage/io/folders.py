"""The record files of a folder or an archive, and what of a Claude Code folder is no usage.

Beside its transcripts Claude Code keeps settings, a history, indices, lists of things to do,
descriptions of subagents, results of tools, plugins. They hold no usage, and no other file there
does: what has neither the shape of a record nor a counter in it is skipped there. A folder is
Claude Code's where a transcript is in it, whatever it is called; Codex, Cline and Roo Code keep
such files beside their logs too, which are known by their names. Files of others that it keeps
(plugins, results of tools, copies of what it changed) are skipped whole, for what they count are no
requests of a session; so is what it works out of its transcripts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Self

from pricelang.usage.io.file_trees import FileTree, Folder, Open, opened_file
from pricelang.usage.io.files import opened
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.records import Rejected
from pricelang.usage.shapes import native_format_of

RECORD_FILES = (".json", ".jsonl", ".ndjson", ".sse")
PARQUET, DATABASE, CSV = (".parquet", ".pq"), (".duckdb", ".ddb"), (".csv", ".tsv")
PACKED = ("", ".gz", ".zst")
_OF_JOBS = (".jsonl.out", ".json.out")
"""How batch jobs of Bedrock end the names of what they write."""
_ENDINGS = tuple(ending + packed for ending in (*RECORD_FILES, *_OF_JOBS) for packed in PACKED)
_TABLES = tuple(ending + packed for ending in (*PARQUET, *DATABASE, *CSV) for packed in PACKED)
_CSV = tuple(ending + packed for ending in CSV for packed in PACKED)
_LINES = tuple(".jsonl" + packed for packed in PACKED)
_OF_AGENTS = re.compile(r"rollout-.*\.jsonl(?:\.gz|\.zst)?\Z|ui_messages\.json\Z")
"""The names of the logs of Codex, Cline and Roo Code, which keep settings beside them too."""
_HEAD = 2**16
_OF_OTHERS = {
    "plugins": "a file of a plugin",
    "file-history": "a copy of a file that was changed",
    "usage-data": "a summary of transcripts, which count",
    "telemetry": "events that repeat what the transcripts say",
    "jobs": "the state of a job, whose transcripts count",
    "backups": "a copy of settings",
}
_OF_SESSION = {
    "tool-results": "the result of a tool",
    "workflows": "a summary of transcripts, which count",
}
_TABLE = "a table, which is priced by itself: give its path"
_UNKNOWN = (
    "unknown_record",
    "missing_key",
    "wrong_type",
    "bad_json",
    "bad_utf8",
    "too_many_faults",
)
_COUNTER = re.compile(
    r'"(?!max)\w*?(?:tokens?|usage\w*)"\s*:\s*(?:\{\s*"[^"]*"\s*:\s*)?"?[1-9]'
    r'|"gen_ai\.usage\.[\w.]+"\s*:\s*"?[0.]*[1-9]', re.IGNORECASE,
)  # fmt: skip


class Beside(str):
    """The path of a file that a walk found in a folder of a coding agent:
    it may hold no usage, and does not where `reason` says what it is.
    """

    reason: str

    def __new__(cls, path: str, reason: str = "") -> Self:
        """The path with the reason."""
        self = super().__new__(cls, path)
        self.reason = reason
        return self


def record_files(folder: str) -> list[str]:
    """All record files in a folder and below, sorted; hidden ones are left out.
    Tables among them come with the reason why they are not read; a CSV of records is none.
    """
    return files_of_records(Folder(folder))


def files_of_records(tree: FileTree) -> list[str]:
    """The same for a folder, or for an archive of one."""
    found: list[str] = []
    tables: list[str] = []
    for path in tree.files():
        if is_record_file(os.path.basename(path)):
            found.append(path)
        elif is_table(path):
            (found if is_export(path, tree.open) else tables).append(path)
    if any(_is_of_agent(path) for path in found) or any(
        _is_transcript(path, tree.open) for path in _likely_first(sorted(found))
    ):
        found = [Beside(path, _of_others(path, tree)) for path in found]
    # A folder of tables alone is none of records.
    return sorted([*found, *(Beside(path, _TABLE) for path in tables)]) if found else []


def is_export(path: str, open: Open = opened_file) -> bool:
    """Decides whether a file is a CSV of records whose columns need no mapping, and have not the
    names of a book.
    """
    if not path.lower().endswith(_CSV):
        return False
    from pricelang.usage.csv_files import named_by_book, names_of_records
    from pricelang.usage.formats.row_names import is_clear

    names = names_of_records(path, open)
    return names is not None and not named_by_book(names) and is_clear(names)


def is_record_file(name: str) -> bool:
    """Decides whether a name says that a file holds records, and that it is not hidden."""
    return not name.startswith(".") and name.lower().endswith(_ENDINGS)


def is_table(path: str) -> bool:
    """Decides whether a path names a table of usage rather than records.

    >>> is_table("usage.parquet"), is_table("usage.csv.gz"), is_table("records.jsonl")
    (True, True, False)
    """
    return path.lower().endswith(_TABLES)


def is_beside(refused: Rejected, raw: str | None) -> bool:
    """Decides whether what is refused in a file beside transcripts is no usage:
    of no known shape, and without a counter above zero.
    """
    return refused.code in _UNKNOWN and raw is not None and _COUNTER.search(raw) is None


def _of_others(path: str, tree: FileTree) -> str:
    """What a file in a folder of Claude Code is, where its place says that it is no transcript;
    else nothing.
    """
    parts = PurePath(path).parts
    for number, part in enumerate(parts[:-1]):
        above = os.path.join(*parts[:number]) if number else os.curdir
        if part in _OF_OTHERS and tree.is_folder(os.path.join(above, "projects")):
            return _OF_OTHERS[part]
        if part in _OF_SESSION and tree.is_file(above + ".jsonl"):
            return _OF_SESSION[part]
    return ""


def _is_of_agent(path: str) -> bool:
    """Decides whether a name is that of a log which another coding agent keeps."""
    return _OF_AGENTS.match(os.path.basename(path)) is not None


def _likely_first(files: list[str]) -> Iterator[str]:
    lines = [path for path in files if path.lower().endswith(_LINES)]
    yield from sorted(lines, key=lambda path: "projects" not in PurePath(path).parts)


def _is_transcript(path: str, open: Open) -> bool:
    """Decides whether the first line of a file is one of a transcript."""
    try:
        with open(path) as stream:
            head = opened(stream).readline(_HEAD)
        value = Decoder().value(head.decode())
    except (OSError, ValueError, JsonFault):
        return False
    return isinstance(value, dict) and native_format_of(value) == "claude-code"
