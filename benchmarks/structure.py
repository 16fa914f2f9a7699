"""The figures of the package's structure, each beside its limit.

python -m benchmarks.structure            the figures
python -m benchmarks.structure --all      and what stands behind each
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

PACKAGE = Path(__file__).resolve().parents[1] / "pricelang"
LONGEST_LINE, LONGEST_FUNCTION, LONG_MODULE, LONGEST_MODULE, MOST_PARAMETERS = 100, 40, 300, 450, 8
Function = ast.FunctionDef | ast.AsyncFunctionDef


@frozen
class Figure:
    """A number of the structure: what it counts, its limit, and what it counted, one text each."""

    what: str
    limit: int | None
    counted: tuple[str, ...]
    number: int | None = None

    @property
    def value(self) -> int:
        """The number: given, or how many were counted."""
        return len(self.counted) if self.number is None else self.number


def modules() -> dict[str, tuple[str, ast.Module]]:
    """Each module's text and syntax tree by its path below the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found[str(path.relative_to(PACKAGE))] = (text, ast.parse(text))
    return found


def circles(imports: dict[str, set[str]]) -> Iterator[str]:
    """The sets of modules that import each other."""
    from graphlib import CycleError, TopologicalSorter

    left = dict(imports)
    while True:
        try:
            TopologicalSorter(left).prepare()
            return
        except CycleError as error:
            circle: list[str] = error.args[1]
            yield " -> ".join(circle)
            left = {name: set(others) for name, others in left.items()}
            for one, other in zip(circle[1:], circle, strict=False):
                left[one].discard(other)


def imports_of(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """The modules that each module imports, wherever in it."""
    names = {name_of(path): path for path in trees}
    found: dict[str, set[str]] = {}
    for path, tree in trees.items():
        others = found.setdefault(name_of(path), set())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for name in node.names:
                    whole = f"{node.module}.{name.name}"
                    others |= {x for x in (whole if whole in names else node.module,) if x in names}
        others.discard(name_of(path))
    return found


def name_of(path: str) -> str:
    """The dotted name of a module."""
    return ".".join(("pricelang", *Path(path).with_suffix("").parts)).removesuffix(".__init__")


def figures() -> list[Figure]:
    """All figures, in the order in which they are shown."""
    texts = modules()
    trees = {path: tree for path, (_, tree) in texts.items()}
    lines = {path: text.count("\n") for path, (text, _) in texts.items()}
    classes: dict[str, list[str]] = defaultdict(list)
    long, wide = [], []
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(path)
            if isinstance(node, Function):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > LONGEST_FUNCTION:
                    long.append(f"{path}:{node.lineno} {node.name} ({size} lines)")
                taken = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                count = len([one for one in taken if one.arg not in ("self", "cls")])
                if count > MOST_PARAMETERS:
                    wide.append(f"{path}:{node.lineno} {node.name} ({count})")
    return [
        Figure("lines", None, (), sum(lines.values())),
        Figure("statements", None, (), sum(map(statements, trees.values()))),
        Figure(
            "class names of several classes",
            15,
            tuple(f"{name}: {', '.join(of)}" for name, of in sorted(classes.items()) if of[1:]),
        ),
        Figure(f"modules over {LONG_MODULE} lines", 12, over(lines, LONG_MODULE)),
        Figure(f"modules over {LONGEST_MODULE} lines", 0, over(lines, LONGEST_MODULE)),
        Figure(f"functions over {LONGEST_FUNCTION} lines", 10, tuple(long)),
        Figure(f"signatures over {MOST_PARAMETERS} parameters", None, tuple(wide)),
        Figure(
            f"lines over {LONGEST_LINE} columns",
            0,
            tuple(
                f"{path}:{number}"
                for path, (text, _) in texts.items()
                for number, line in enumerate(text.split("\n"), 1)
                if len(line) > LONGEST_LINE
            ),
        ),
        Figure("import circles", 0, tuple(circles(imports_of(trees)))),
        Figure(
            "modules at the root",
            3,
            tuple(path for path in trees if "/" not in path),
        ),
    ]


def statements(tree: ast.Module) -> int:
    """How many statements a module has: what formatting does not change."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def over(lines: dict[str, int], limit: int) -> tuple[str, ...]:
    """The modules of more lines than that, the longest first."""
    ordered = sorted(lines.items(), key=lambda pair: -pair[1])
    return tuple(f"{path} ({number})" for path, number in ordered if number > limit)


def main(arguments: list[str]) -> None:
    """Prints the figures."""
    for figure in figures():
        limit = "" if figure.limit is None else f"  (limit {figure.limit:,})"
        print(f"{figure.what:34} {figure.value:>7,}{limit}")
        if "--all" in arguments:
            for one in figure.counted:
                print(f"    {one}")


if __name__ == "__main__":
    main(sys.argv[1:])
