"""What the source can say is wrong with a book:
the code and the sentence of each fault, read from its syntax trees.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pricelang

PACKAGE = Path(pricelang.__file__).parent
READING = ("syntax", "model", "check", "compile")
SOURCES = sorted(path for name in READING for path in (PACKAGE / name).glob("*.py"))


def _templates(node: ast.expr, names: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[str]:
    """The sentences that an expression can be, as regular expressions."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
            for part in node.values
        )
    elif isinstance(node, ast.BinOp):
        for left in _templates(node.left, names, depth):
            yield from (left + right for right in _templates(node.right, names, depth))
    elif isinstance(node, ast.IfExp):
        yield from _templates(node.body, names, depth)
        yield from _templates(node.orelse, names, depth)
    elif depth < 3:
        called = node.func if isinstance(node, ast.Call) else node
        for value in names.get(called.id, []) if isinstance(called, ast.Name) else []:
            yield from _templates(value, names, depth + 1)


def _assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """What is assigned to each name, loops and nested functions included."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=False))
                for name, value in pairs:
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).append(value)
    return found


def _returned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What each function of a module returns."""
    return {
        node.name: [
            part.value
            for part in ast.walk(node)
            if isinstance(part, ast.Return) and part.value is not None
        ]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


def _before(function: ast.FunctionDef, call: ast.Call) -> dict[str, list[ast.expr]]:
    """What the statements before a call in its own block assign, the last of each name."""
    found: dict[str, list[ast.expr]] = {}
    for outer in ast.walk(function):
        for block in (getattr(outer, "body", None), getattr(outer, "orelse", None)):
            for number, statement in enumerate(block if isinstance(block, list) else ()):
                simple = isinstance(statement, ast.Expr | ast.Raise | ast.Return | ast.Assign)
                if simple and any(node is call for node in ast.walk(statement)):
                    for earlier in block[:number]:
                        if isinstance(earlier, ast.Assign):
                            found |= _assigned(ast.Module([earlier], []))
    return found


def said() -> Iterator[tuple[str, str, str]]:
    """Every fault that the source can add:
    where, its code, and its sentence as a regular expression.
    """
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                names = _returned(tree) | _assigned(function)
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and len(node.args) >= 2:
                        for code, sentence in _said_by(node, names | _before(function, node)):
                            yield path.name, code, sentence


# The code and the end of the sentence of a fault that a method of `Draft` adds.
_METHODS = {
    "overlap": ("overlap", ""),
    "needs_reason": ("no_reason", " needs a reason"),
    "no_zero": ("zero", " of zero makes things free without saying so"),
}


def _said_by(call: ast.Call, names: dict[str, list[ast.expr]]) -> Iterator[tuple[str, str]]:
    called = (
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    )
    if called in _METHODS:
        code, end = _METHODS[called]
        yield from ((code, sentence + end) for sentence in _templates(call.args[0], names))
    elif not isinstance(call.args[0], ast.Constant):
        return
    elif called == "unknown":
        first = str(call.args[0].value)
        yield f"unknown_{first.replace(' ', '_')}", f"unknown {first} `.+"
    elif called in ("fault", "Fault"):
        first = str(call.args[0].value)
        for sentence in _templates(call.args[1], names):
            yield (
                first,
                sentence + (".*" if first == "syntax" else ""),
            )  # what was expected may follow
