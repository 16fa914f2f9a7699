"""The grammar of TextMate, by which Visual Studio Code and others colour a book.

python -m pricelang.editor.textmate > integrations/vscode/syntaxes/pricelang.tmLanguage.json
"""

from __future__ import annotations

import json
from typing import Any

from pricelang.editor.colours import Kind, patterns, statement_pattern

SCOPE = "source.pricelang"
SCOPES: dict[Kind, str] = {
    "column": "variable.other.column",
    "comment": "comment.line.number-sign",
    "date": "constant.other.date",
    "fault": "invalid.illegal.unclosed-string",
    "mark": "punctuation.separator",
    "money": "constant.numeric.money",
    "name": "variable.other",
    "number": "constant.numeric",
    "string": "string.quoted.double",
    "word": "keyword.other",
}


def textmate_grammar() -> dict[str, Any]:
    """The grammar as its file holds it."""
    statement = {
        "match": "^" + statement_pattern(),
        "captures": {
            "1": {"name": "keyword.control.statement.pricelang"},
            "3": {"name": "entity.name.pricelang"},
        },
    }
    others = (
        {"match": found.regex, "name": f"{SCOPES[found.kind]}.pricelang"} for found in patterns()
    )
    return {
        "name": "pricelang",
        "scopeName": SCOPE,
        "fileTypes": ["price"],
        "patterns": [statement, *others],
    }


def textmate_text() -> str:
    """The text of its file."""
    return json.dumps(textmate_grammar(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(textmate_text(), end="")
