"""The package under mutation: `python -m tests.mutants` changes one place of its code at a time and
asks the tests that concern it. Each package of the core must notice nine of ten.

The changes are those of cosmic-ray (`pip install cosmic-ray`), drawn by a seed that is printed; so are
the survivors.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from tests.mutation_loop import ALONE, JOB, WAITS, limit_time

ROOT = Path(__file__).resolve().parents[1]
TREES = ("pricelang", "tests", "grammar", "rules", "samples", "docs", "benchmarks")
FILES = ("pyproject.toml", "README.md", "CONTRIBUTING.md")
NEEDED = 0.9
SECONDS = 300
"""After so long on a processor the tests have noticed: the change goes round in circles."""

LAWS = ("tests/test_corpus.py", "tests/test_oracle.py", "tests/test_agreement.py")
MONEY = (*LAWS, "tests/test_sums.py", "tests/evaluate", "tests/test_properties.py")
CLI = tuple(f"tests/cli/test_{name}.py" for name in ("explain", "price", "records", "table"))
MODEL = tuple(
    f"tests/model/test_{name}.py" for name in ("notes", "space", "threshold_bands", "units")
)
TESTS: dict[str, Sequence[str]] = {
    "syntax": ("tests/syntax", "tests/test_corpus.py", "tests/test_hostile.py"),
    "model": (*MODEL, *MONEY, *CLI),
    "check": (
        "tests/check",
        *LAWS,
        "tests/test_facts.py",
        "tests/cli/test_books.py",
        "tests/test_hostile.py",
    ),
    "solver": ("tests/solver", "tests/verify", "tests/compile", *LAWS),
    "compile": ("tests/compile", *LAWS, "tests/verify", "tests/test_hostile.py"),
    "evaluate": (
        *MONEY,
        *CLI,
        "tests/apps/reports/test_invoice.py",
        "tests/engines/test_tables.py",
        "tests/cli/test_workload.py",
    ),
    "usage": ("tests/usage", "tests/cli/test_records.py", "tests/test_hostile.py"),
    "verify": ("tests/verify", "tests/cli/test_audit.py", "tests/test_corpus.py"),
}
"""Which tests concern a package; the first to fail ends the run, so quick and strict ones lead."""

OPERATORS = [
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("IsNot_Is", "Lt_GtE", "Gt_LtE")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Add", "Div_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("FloorDiv_Mul", "Mod_Add", "Pow_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitAnd_BitOr", "BitOr_BitAnd", "BitOr_BitXor")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("LShift_RShift", "RShift_LShift")),
    *("ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not", "AddNot"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer"),
    "ZeroIterationForLoop",
]


@frozen
class Mutant:
    """One change of a file: the whole text after it, and the rows that differ."""

    file: str
    line: int
    old: str
    new: str
    text: str
    function: str | None
    """The function whose body is changed; none where the change is in no function alone."""

    @property
    def title(self) -> str:
        return f"{self.file}:{self.line}: `{self.old}` to `{self.new}`"


# ---- making them ---------------------------------------------------------------------------------


@functools.cache
def places(path: Path) -> list[tuple[str, int]]:
    """The operators that change a file, each with a number for each of its places."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator

    nodes = list(ast_nodes(get_ast(path.read_text(encoding="utf-8"))))
    found = []
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        count = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        found += [(name, number) for number in range(count)]
    return found


def mutant(path: Path, name: str, place: int) -> Mutant | None:
    """One change of a file; none where it is in an annotation alone, or no program at all."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = path.read_text(encoding="utf-8")
    text = mutate_code(source, get_operator(f"core/{name}")(), place)
    if text is None or meant(text) in (None, meant(source)):
        return None
    return mutant_of(path.relative_to(ROOT).as_posix(), source, text)


def mutant_of(file: str, source: str, text: str) -> Mutant:
    """The change, and its first row before and after."""
    rows = zip(source.splitlines(), text.splitlines(), strict=False)
    line, (old, new) = next(
        (number, pair) for number, pair in enumerate(rows, 1) if pair[0] != pair[1]
    )
    return Mutant(file, line, old.strip(), new.strip(), text, changed_function(source, text))


def changed_function(source: str, text: str) -> str | None:
    """The name of the function (with its class) in whose body alone two texts of a module differ."""
    old, new = ast.parse(source), ast.parse(text)
    changed = []
    for (name, before), (_, after) in zip(functions(old, ""), functions(new, ""), strict=True):
        if [*map(ast.dump, before.body)] != [*map(ast.dump, after.body)]:
            changed.append(name)
        before.body = after.body = []
    return changed[0] if len(changed) == 1 and ast.dump(old) == ast.dump(new) else None


def functions(
    tree: ast.Module | ast.ClassDef, prefix: str
) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of a module and those of its classes, with their names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{prefix}{node.name}.")


def meant(source: str) -> str | None:
    """What a text does: its tree, but for what only a type checker or a debugger reads."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.keyword) and node.arg == "repr":
            node.value = ast.Constant(None)
    return ast.dump(tree)


def sample(package: str, count: int, chance: random.Random) -> list[Mutant]:
    """Some mutants of a package: a file by its size, then any place of it."""
    paths = sorted((ROOT / "pricelang" / package).rglob("*.py"))
    sizes = [path.stat().st_size for path in paths]
    found: dict[str, Mutant] = {}
    for _ in range(50 * count):
        path = chance.choices(paths, sizes)[0]
        change = mutant(path, *chance.choice(places(path))) if places(path) else None
        if change is not None:
            found[change.title] = change
        if len(found) == count:
            break
    return list(found.values())


# ---- judging them --------------------------------------------------------------------------------


def copied(folder: Path) -> Path:
    """A copy of the project that a mutant may live in."""
    ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in TREES:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


def asked_in_forks(package: str, drawn: Sequence[Mutant]) -> list[str | None]:
    """Which test notices each mutant of a function, where it is put into a process that has
    collected the tests. Refuses to go on with tests that fail without any change: they would notice
    all.
    """
    with tempfile.TemporaryDirectory(prefix="pricelang-mutants-") as folder:
        job = Path(folder) / "job"
        mutants = [
            {
                "module": change.file.removesuffix(".py").replace("/", "."),
                "function": change.function,
                "text": change.text,
            }
            for change in drawn
            if change.function is not None
        ]
        job.write_text(json.dumps({"mutants": mutants, "seconds": SECONDS}), encoding="utf-8")
        run_tests(TESTS[package], ROOT, {JOB: str(job)}, "-p", "tests.mutation_loop")
        rows = (job.parent / "job.out").read_text(encoding="utf-8").splitlines()
    without, *answers = (json.loads(row)["by"] for row in rows)
    if without is not None:
        raise SystemExit(f"{package}: without any change: {without}")
    found = iter(answers)
    return [ALONE if change.function is None else next(found) for change in drawn]


def run_tests(
    tests: Sequence[str], folder: Path, env: Mapping[str, str], *options: str, alone: bool = False
) -> subprocess.CompletedProcess[str]:
    """The run of some tests in a folder of the project."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "--no-header", "--tb=no"]
    settings = {"PYTHONPATH": str(folder), "HYPOTHESIS_PROFILE": "mutants", **env}
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *options, *tests],
        cwd=folder,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WAITS * SECONDS if alone else None,
        preexec_fn=functools.partial(limit_time, SECONDS) if alone else None,
        check=False,
    )


def failed_by(tests: Sequence[str], folder: Path) -> str | None:
    """The first test that fails in a copy of the project, if one does."""
    try:
        done = run_tests(tests, folder, {}, alone=True)
    except subprocess.TimeoutExpired:
        return "no end"
    if done.returncode < 0:
        return "no end"
    if done.returncode == 0:
        return None
    failed = [row for row in done.stdout.splitlines() if row.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else (done.stdout + done.stderr)[-300:]


def asked_alone(change: Mutant, folder: Path) -> str | None:
    """Which test notices a mutant in a copy of the project."""
    path = folder / change.file
    source = path.read_text(encoding="utf-8")
    path.write_text(change.text, encoding="utf-8")
    try:
        return failed_by(TESTS[change.file.split("/")[1]], folder)
    finally:
        path.write_text(source, encoding="utf-8")


def noticed(package: str, drawn: Sequence[Mutant]) -> Iterator[tuple[Mutant, str | None]]:
    """The mutants with the tests that notice them: first all in forks of one process, which is
    quick; then those outside of functions, each in a process of its own.
    """
    with tempfile.TemporaryDirectory(prefix="pricelang-mutants-") as base:
        folder = copied(Path(base))
        for change, by in zip(drawn, asked_in_forks(package, drawn), strict=True):
            yield change, by if by != ALONE else asked_alone(change, folder)


def main() -> int:
    """Draws, judges and prints; ends with 1 where a package notices too few."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("packages", nargs="*", choices=[*TESTS, []], metavar="PACKAGE")
    parser.add_argument("--sample", type=int, default=60, help="mutants a package")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    shares: dict[str, Counter[bool]] = {}
    print(f"seed {given.seed}", flush=True)
    for package in given.packages or TESTS:
        seen: Counter[bool] = Counter()
        drawn = sample(package, given.sample, random.Random(f"{given.seed} {package}"))
        for change, by in noticed(package, drawn):
            seen[by is not None] += 1
            print(f"{'survives' if by is None else by}  {change.title}", flush=True)
        shares[package] = seen
    for package, seen in shares.items():
        print(f"{package}: {seen[True]} of {seen.total()} noticed")
    return int(any(seen[True] < NEEDED * seen.total() for seen in shares.values()))


if __name__ == "__main__":
    sys.exit(main())
