"""Books of git revisions, with the book files beside them."""

from __future__ import annotations

import posixpath
import subprocess
from pathlib import Path

from pricelang.model.errors import BadRequest

MAX_FILES = 1000
"""Book files of one revision that are read."""


def book_of_revision(revision: str, path: str, folder: Path, here: Path = Path()) -> Path:
    """The book of a revision, written to a folder:
    the book's own folder with all its book files, and those beside a folder. `here` is where
    `git` is asked. Raises `BadRequest`.
    """
    commit = commit_of(revision, here)
    prefix = _text(here, "rev-parse", "--show-prefix")
    # As git reads it: from the top of the repository, unless it begins with a dot.
    near = (
        [posixpath.join(prefix, path)]
        if path.startswith(("./", "../"))
        else [path, posixpath.join(prefix, path)]
    )
    for place in map(posixpath.normpath, near):
        kind = _text(here, "cat-file", "-t", f"{commit}:{'' if place == '.' else place}")
        if kind in ("blob", "tree"):
            within = place if kind == "tree" else posixpath.dirname(place)
            if kind == "tree" or posixpath.basename(place) == "book.price":
                within = posixpath.dirname(within)  # a folder may extend one beside it
            _write_files(here, commit, "" if within == "." else within, folder)
            return folder / place
    raise BadRequest(
        "no_book",
        f"the revision `{revision}` has no `{path}`",
        help="paths of a revision begin at the top of the repository",
    )


def commit_of(revision: str, here: Path = Path()) -> str:
    """The commit that a revision names. Raises `BadRequest`."""
    found = _git(
        here, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    if found is None:
        raise BadRequest(
            "no_revision",
            f"there is no git revision `{revision}` here",
            help="write `REV:PATH`, such as `HEAD~1:prices/book.price`",
        )
    return found.decode().strip()


def _write_files(here: Path, commit: str, within: str, folder: Path) -> None:
    """Writes the book files of a folder of a commit.
    Links are left out, as are paths that would lead elsewhere.
    """
    listed = _git(here, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:{within}") or b""
    wanted = 0
    for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
        facts, _, name = entry.partition("\t")
        mode = facts.split(" ")[0]
        if not name.endswith(".price") or not mode.startswith("100") or ".." in name.split("/"):
            continue
        wanted += 1
        if wanted > MAX_FILES:
            raise BadRequest(
                "too_large",
                f"more than {MAX_FILES:,} book files in `{within or '.'}`",
                help="name the folder of the book",
            )
        text = _git(here, "cat-file", "blob", facts.split(" ")[2])
        target = folder / within / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text or b"")


def _text(here: Path, *words: str) -> str:
    """What a git command prints as a text, empty where it fails."""
    return (_git(here, *words) or b"").decode().strip()


def _git(here: Path, *words: str) -> bytes | None:
    """What a git command prints, or None where it fails.
    Raises `BadRequest` where there is no git.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(here), *words],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (FileNotFoundError, ValueError):
        raise BadRequest(
            "no_git", "a revision is read with `git`, which cannot be run here"
        ) from None
    return done.stdout if done.returncode == 0 else None
