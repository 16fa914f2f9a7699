"""Books in colour wherever Pygments is: in Rich, in documents, in notebooks."""

from __future__ import annotations

import re
from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Literal,
    Name,
    Number,
    Punctuation,
    String,
    Whitespace,
    _TokenType,
)

from pricelang.editor.colours import Kind, patterns, statement_pattern

TOKENS: dict[Kind, _TokenType] = {
    "column": Name.Attribute,
    "comment": Comment.Single,
    "date": Literal.Date,
    "fault": Error,
    "mark": Punctuation,
    "money": Number.Float,
    "name": Name,
    "number": Number,
    "string": String.Double,
    "word": Keyword,
}


class PriceLexer(RegexLexer):
    """The lexer of pricelang."""

    name = "pricelang"
    url = "https://github.com/pricelang/pricelang"
    aliases: ClassVar[list[str]] = ["pricelang", "price"]
    filenames: ClassVar[list[str]] = ["*.price"]
    mimetypes: ClassVar[list[str]] = ["text/x-pricelang"]
    version_added = ""
    flags = re.MULTILINE
    _statement = bygroups(  # type: ignore[no-untyped-call]
        Keyword.Declaration, Whitespace, Name.Class
    )
    tokens: ClassVar = {
        "root": [
            ("^" + statement_pattern(), _statement),
            (r"\s+", Whitespace),
            *((found.regex, TOKENS[found.kind]) for found in patterns()),
        ]
    }
