"""What the installed package `anthropic` says: the models that it names,
and the ends of those that are deprecated. It is read and not imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from pricelang.apps.drift.source_data import SourceData, SourceDate, SourceFault, SourceName
from pricelang.apps.drift.written_days import day_in

_NAMES = "types/model.py"
_ENDS = ("_data/deprecated_models.py", "resources/messages/messages.py")
"""Where the ends of models stand: in the one file today, in the other before it."""
_TABLE = "DEPRECATED_MODELS"


def package_folder() -> Path:
    """The folder of the installed package. Raises `SourceFault`."""
    spec = find_spec("anthropic")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        return Path(folder)
    raise SourceFault("the package `anthropic` is not installed: pip install anthropic")


def anthropic_data(folder: Path, kin: frozenset[str], name: str = "anthropic") -> SourceData:
    """The names and ends of models in a folder of the package. Raises `SourceFault`."""
    data = SourceData(name)
    for id in _literals(_tree(folder / _NAMES)):
        if any(word in id for word in kin):
            data.names.append(SourceName(id, _NAMES))
    for file in _ENDS:
        for id, text in _ends(_tree(folder / file)) if (folder / file).is_file() else ():
            day = day_in(text)
            if day:
                data.dates.append(SourceDate(id, "retired", day, file))
            else:
                data.passed_over["an end that is no day"] += 1
    if not data.names:
        raise SourceFault(f"the package names no model in `{_NAMES}`")
    return data


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise SourceFault(f"`{path.name}` of the package cannot be read: {error}") from None


def _literals(tree: ast.Module) -> Iterator[str]:
    """The texts of all literals of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"):
            for text in ast.walk(node.slice):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def _ends(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The table of ends, wherever a module gives it its name."""
    for node in ast.walk(tree):
        targets = (
            [node.target]
            if isinstance(node, ast.AnnAssign)
            else node.targets
            if isinstance(node, ast.Assign)
            else []
        )
        named = any(isinstance(target, ast.Name) and target.id == _TABLE for target in targets)
        value = getattr(node, "value", None)
        if named and isinstance(value, ast.Dict):
            for key, text in zip(value.keys, value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(text, ast.Constant):
                    yield str(key.value), str(text.value)
