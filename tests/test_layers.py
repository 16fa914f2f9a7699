"""The layers of the package: imports run one way, and the formats of records know no price."""

from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import pricelang

ROOT = Path(pricelang.__file__).parent
# From the ground up: a package imports itself and those before it.
LAYERS = (
    "present",
    "files",
    "solver",
    "syntax",
    "model",
    "check",
    "compile",
    "evaluate",
    "usage",
    "verify",
    "apps",
    "engines",
    "api",
    "__init__",
    "hooks",
    "editor",
    "assistant",
    "cli",
    "__main__",
)
MODULES = {
    ".".join(("pricelang", *path.relative_to(ROOT).with_suffix("").parts)): path
    for path in sorted(ROOT.rglob("*.py"))
}
# What the readers of records may load: a start waits for it.
STANDARD = frozenset(sys.stdlib_module_names)
READERS = STANDARD | {"attrs", "typing_extensions", "zstandard"}


def imports(path: Path) -> set[str]:
    """The modules that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the whole name of the module"
            base = node.module or ""
            for name in node.names:
                whole = f"{base}.{name.name}"
                found.add(whole if whole in MODULES or f"{whole}.__init__" in MODULES else base)
    return found


def named(path: Path) -> set[str]:
    """The modules that a module names in a text, to import them when they are asked for."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    texts = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return texts & MODULES.keys()


def layer(module: str) -> int:
    """The place of a module among the layers."""
    return LAYERS.index([*module.split("."), "__init__"][1])


BY_NAME = {
    # A book that is made of the data of a package is named like any other, and made when it is
    # read: whoever reads books would have to be given the importer.
    ("pricelang.files.packaged", "pricelang.apps.imports.reading"),
    # What a notebook shows of an answer is asked for by the notebook alone.
    ("pricelang.present.notebook", "pricelang.apps.tables.notebook"),
}
"""The imports that run upward, which are by name and have a reason."""


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    above = {
        other
        for other in imports(MODULES[module]) | named(MODULES[module])
        if other.split(".")[0] == "pricelang" and layer(other) > layer(module)
    }
    assert above == {other for one, other in BY_NAME if one == module}


@pytest.mark.parametrize(
    "module", [name for name in MODULES if name.startswith("pricelang.usage.formats.")]
)
def test_a_format_knows_no_price(module: str) -> None:
    for other in imports(MODULES[module]):
        assert (
            other.startswith(("pricelang.usage", "pricelang.present."))
            or other == "pricelang.model.notes"
            or other.split(".")[0] in READERS
        ), other


@pytest.mark.parametrize(
    "module", [name for name in MODULES if name.startswith("pricelang.solver.")]
)
def test_the_solver_is_mathematics_alone(module: str) -> None:
    for other in imports(MODULES[module]):
        assert other.startswith("pricelang.solver") or other.split(".")[0] in {*STANDARD, "attrs"}


def test_the_root_holds_the_package_its_entry_and_its_interface() -> None:
    assert {path.stem for path in ROOT.glob("*.py")} == {"__init__", "__main__", "api"}


def test_no_modules_import_each_other() -> None:
    """Not for types alone either: a reader follows those too."""
    arrows = {
        module.removesuffix(".__init__"): {
            other.removesuffix(".__init__")
            for other in imports(path)
            if other.startswith("pricelang") and other != module
        }
        for module, path in MODULES.items()
    }
    del arrows["pricelang"]  # hands names on, each when it is asked for
    assert list(TopologicalSorter(arrows).static_order())
