"""What a change of a book moves, in Markdown on standard output: whether it is in style, without
faults and true to its examples; which claims fall; what changes for whom; and what usage costs.

The book, the revision that it is compared with, usage and sources stand in the environment: BOOK,
BASE, USAGE and SOURCES, the last two one a line. Exits with 1 where the book has faults, an example
fails or a claim falls, and where there is no such revision.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

MOST = 60_000
"""Characters of a report: a comment of a pull request holds few more."""


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command of pricelang prints, and its exit code."""
    command = [sys.executable, "-m", "pricelang", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run(*arguments: str) -> tuple[int, str]:
    """The exit code of a command of pricelang, and all that it prints."""
    done = asked(*arguments)
    return done.returncode, (done.stdout + done.stderr).strip()


def lines_of(name: str) -> list[str]:
    """The lines of a variable of the environment."""
    return [line.strip() for line in os.environ.get(name, "").splitlines() if line.strip()]


def claims_of(book: str) -> dict[str, bool] | None:
    """The claims of a book, each with whether it holds; None where the book cannot be read."""
    done = asked("audit", book, "--json")
    if done.returncode > 1:
        return None
    return {each["claim"]: each["holds"] for each in json.loads(done.stdout)["claims"]}


def claims_before(base: str, book: str) -> dict[str, bool] | None:
    """The claims of a book in a revision; None where it has none there."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "base"
        made = subprocess.run(
            ["git", "worktree", "add", "--quiet", "--detach", str(tree), base], check=False
        )
        if made.returncode:
            return None
        try:
            return claims_of(str(tree / book)) if (tree / book).exists() else None
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], check=True)


def is_revision(base: str) -> bool:
    """Decides whether git knows a revision."""
    command = ["git", "cat-file", "-e", f"{base}^{{commit}}"]
    return bool(base) and not subprocess.run(command, check=False, capture_output=True).returncode


def checks(book: str) -> Iterator[tuple[str, int, str]]:
    """The name, the exit code and the text of each check of the book itself."""
    for name, arguments in (
        ("in style", ("fmt", "--check", book)),
        ("no faults", ("check", book)),
        ("examples", ("test", book)),
    ):
        yield (name, *run(*arguments))


def claim_lines(old: dict[str, bool] | None, new: dict[str, bool] | None) -> list[str]:
    """The claims that fall, those that are gone, and new ones that do not hold."""
    if new is None:
        return ["the claims cannot be decided"]
    before = old or {}
    fallen = [text for text, holds in new.items() if not holds and before.get(text)]
    broken = [text for text, holds in new.items() if not holds and not before.get(text)]
    gone = [text for text in before if text not in new]
    return [
        *(f"falls: `{text}`" for text in fallen),
        *(f"does not hold: `{text}`" for text in broken),
        *(f"is gone: `{text}`" for text in gone),
    ]


def block(title: str, text: str) -> str:
    """Lines as they are, folded under a title."""
    return f"<details><summary>{title}</summary>\n\n```text\n{text}\n```\n\n</details>"


def without_title(text: str) -> str:
    """Markdown without its first heading, the others two steps lower."""
    rows = [row for row in text.split("\n") if not row.startswith("# ")]
    return "\n".join("##" + row if row.startswith("## ") else row for row in rows).strip()


def report(book: str, base: str, usage: Sequence[str], sources: Sequence[str]) -> tuple[str, bool]:
    """The report, and whether the book is right."""
    here = os.path.join(os.curdir, book)  # by its path, also where a bundled book has that name
    found = list(checks(here))
    known = is_revision(base)
    right = known and not any(code for _, code, _ in found)
    claims = claim_lines(claims_before(base, book) if known else None, claims_of(here))
    given = [text for file in usage for text in ("--usage", file)]
    if known:
        code, moved = run("diff", f"{base}:{book}", here, "--markdown", *given)
    else:
        code, moved = 2, f"git knows no revision `{base}`: name one with the input `base`"
    table = ["| check | |", "| --- | --- |"]
    table += [f"| {name} | {'**no**' if failed else 'yes'} |" for name, failed, _ in found]
    parts = ["## Prices", "\n".join(table)]
    parts += [block(name, text) for name, failed, text in found if failed]
    parts += ["### Claims", "\n".join(f"- {line}" for line in claims) or "none falls"]
    parts += ["### What it moves"]
    parts.append(without_title(moved) if code < 2 else block("no comparison", moved))
    if sources:
        _, world = run("drift", *sources, "--book", here, "--markdown")
        parts += ["### The book and the world", world]
    text = "\n\n".join(part.strip() for part in parts) + "\n"
    falls = any(line.startswith(("falls", "does not hold", "the claims")) for line in claims)
    cut = text if len(text) <= MOST else text[:MOST] + "\n\n… the rest is in the log\n"
    return cut, right and not falls


def main() -> int:
    """Prints the report, and returns the exit code."""
    text, right = report(
        os.environ["BOOK"], os.environ["BASE"], lines_of("USAGE"), lines_of("SOURCES")
    )
    print(text)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
