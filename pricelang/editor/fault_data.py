"""Faults for programs: the one form in which commands, an assistant and the playground tell of
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricelang.editor.fixes import fixes_of
from pricelang.syntax.diagnostics import Fault, Span


def fault_data(
    fault: Fault, texts: Mapping[str, str], names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A fault as JSON has it, `fault` in the schema of `pricelang check`, with what mends it.

    `texts` are those of the files of the book, and `names` what stands for the name of a file.
    Lines and columns count from 1, in code points; what has no place has null for all of it.

    >>> text = {"a.price": "use alpa"}
    >>> span = Span("a.price", 1, 5, 1, 9)
    >>> fault = Fault("unknown_model", "unknown model `alpa`", span, "did you mean `alpha`?")
    >>> found = fault_data(fault, text)
    >>> found["file"], found["line"], found["column"], found["fixes"][0]["title"]
    ('a.price', 1, 5, 'write `alpha`')
    """
    shown = names or {}
    return {
        "code": fault.code,
        "severity": fault.severity,
        "message": fault.message,
        "help": fault.help,
        **_place(fault.span, shown),
        "others": [{**_place(span, shown), "label": label} for span, label in fault.others],
        "fixes": [
            {
                "title": fix.title,
                "certain": fix.certain,
                "edits": [{**_place(edit.span, shown), "text": edit.text} for edit in fix.edits],
            }
            for fix in fixes_of(fault, dict(texts))
        ],
    }


def _place(span: Span, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "file": names.get(span.file, span.file) or None,
        "line": span.line or None,
        "column": span.column or None,
        "end_line": span.end_line or None,
        "end_column": span.end_column or None,
    }
