"""The GitHub Action, step by step as its file has them, on a repository with a change of a book."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ACTION = Path(__file__).resolve().parents[2] / "integrations/github-action"

BOOK = """book shop "A shop" in USD
unit MTok is 1,000,000 tokens
meter input, output in tokens

models
  | model | released   |
  | one   | 2026-01-01 |

rates per MTok
  | model | from       | input | output |
  | one   | 2026-01-01 | $2    | $8     |

claim output costs 4 input

example "one"
  given one at 2026-01-01
  uses 1,000,000 input
  costs $2
"""
USAGE = '{"model": "one", "at": "2026-05-01", "usage": {"input": 1000000, "output": 500000}}\n'


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "prices").mkdir(parents=True)
    git(folder, "init", "--quiet")
    (folder / "prices/book.price").write_text(BOOK, encoding="utf-8")
    (folder / "usage.jsonl").write_text(USAGE, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "base")
    return folder


class Workflow:
    """Runs the steps of the action: what an expression in them stands for is looked up in what a
    runner would know, and what a step writes to its files is known to those after it.
    """

    def __init__(
        self, folder: Path, inputs: Mapping[str, str], event: str = "pull_request"
    ) -> None:
        self.folder, self.temp = folder, folder.parent
        action: dict[str, Any] = yaml.safe_load((ACTION / "action.yml").read_text())
        self.steps: list[dict[str, Any]] = action["runs"]["steps"]
        defaults = {name: str(one.get("default", "")) for name, one in action["inputs"].items()}
        self.known = {
            **{f"inputs.{name}": value for name, value in (defaults | dict(inputs)).items()},
            "github.event_name": event,
            "github.token": "secret",
            "github.event.pull_request.number": "7",
        }
        self.ran: list[str] = []
        self.code = 0

    def run(self) -> str:
        """The summary that the steps leave; `code` is that of the one that failed."""
        for step in self.steps:
            if step["name"] == "Install" or not self._wanted(step.get("if", "true")):
                continue
            self.ran.append(step["name"])
            self.code = self.code or self._step(step)
        return (self.temp / "summary.md").read_text()

    def _wanted(self, condition: str) -> bool:
        """The conditions that the action has: names, texts, `==`, `!=` and `&&`."""
        text = re.sub(r"[a-z_]+\.[a-z_.]+", lambda m: repr(self.known.get(m[0], "")), condition)
        return bool(eval(text.replace("&&", "and").replace("true", "True"), {}))

    def _step(self, step: Mapping[str, Any]) -> int:
        output = self.temp / "output"
        output.write_text("")
        said = {
            name: re.sub(r"\$\{\{ *(.*?) *\}\}", lambda m: self.known[m[1]], str(value))
            for name, value in step.get("env", {}).items()
        }
        bin_ = self.temp / "bin"
        environment = {
            **os.environ,
            **said,
            "PATH": f"{bin_}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GITHUB_OUTPUT": str(output),
            "RUNNER_TEMP": str(self.temp),
        }
        bin_.mkdir(exist_ok=True)
        gh = bin_ / "gh"
        gh.write_text('#!/bin/sh\necho "$@" >> "$RUNNER_TEMP/gh"\n')
        gh.chmod(0o755)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=self.folder, env=environment, check=False)
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.known[f"steps.{step['id']}.outputs.{name}"] = value
        return done.returncode


def changed(folder: Path, old: str, new: str) -> str:
    """Changes the book in a commit; returns the revision before it."""
    base = git(folder, "rev-parse", "HEAD")
    path = folder / "prices/book.price"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    git(folder, "commit", "--quiet", "-am", "change")
    return base


def test_what_a_change_moves_is_shown_with_its_cost(repository: Path) -> None:
    base = changed(
        repository, "| $8     |", "| $8     |\n  | one   | 2026-04-01 | $3    | $12    |"
    )
    workflow = Workflow(repository, {"book": "prices", "base": base, "usage": "usage.jsonl"})
    summary = workflow.run()
    assert workflow.code == 0
    assert workflow.ran == ["Fetch the base", "Report", "Comment"]
    assert "| in style | yes |\n| no faults | yes |\n| examples | yes |" in summary
    assert "### Claims\n\nnone falls" in summary
    assert re.search(r"input, output of all models: \$2, \$8 -.?> \$3, \$12", summary), summary
    assert "### Usage" in summary
    assert "$6.00" in summary  # 2 + 4 before, 3 + 6 now
    assert "$9.00" in summary
    comment = (workflow.temp / "gh").read_text()
    assert (
        comment
        == f"pr comment 7 --edit-last --create-if-none --body-file {workflow.temp}/prices.md\n"
    )
    assert not git(repository, "worktree", "list").count("base")


def test_a_claim_that_falls_fails_the_check(repository: Path) -> None:
    base = changed(repository, "| $8     |", "| $9     |")
    workflow = Workflow(repository, {"book": "prices", "base": base})
    summary = workflow.run()
    assert workflow.code == 1
    assert "- falls: `claim output costs 4 input`" in summary
    assert workflow.ran[-1] == "Fail where the book has faults"


def test_a_book_with_faults_and_examples_that_fail_are_shown(repository: Path) -> None:
    base = changed(repository, "costs $2\n", "costs $3\n")
    summary = Workflow(repository, {"book": "prices", "base": base}).run()
    assert "| examples | **no** |" in summary
    assert "costs $3" in summary
    base = changed(repository, "in tokens", "in tokns")
    workflow = Workflow(repository, {"book": "prices", "base": base}, event="push")
    summary = workflow.run()
    assert "| no faults | **no** |" in summary
    assert "the claims cannot be decided" in summary
    assert workflow.code == 1
    assert "Comment" not in workflow.ran


def test_a_new_book_has_nothing_to_be_compared_with(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "mv", "prices", "list")
    git(repository, "commit", "--quiet", "-m", "moved")
    workflow = Workflow(repository, {"book": "list", "base": base})
    assert "no comparison" in workflow.run()
    assert workflow.code == 0


def test_sources_are_compared_too(repository: Path) -> None:
    base = changed(repository, "A shop", "The shop")
    (repository / "list.csv").write_text("id,input,output\none,3,8\n")
    inputs = {"book": "prices", "base": base, "sources": "list.csv"}
    summary = Workflow(repository, inputs).run()
    assert "| list.csv | one | input | $3 per MTok | $2 per MTok |" in summary


@pytest.mark.parametrize("base", ["", "nosuch"])
def test_a_revision_that_is_not_there_is_said(repository: Path, base: str) -> None:
    """As on an event that is no pull request: the book is checked all the same."""
    workflow = Workflow(repository, {"book": "prices", "base": base}, event="push")
    summary = workflow.run()
    assert "| no faults | yes |" in summary
    assert f"git knows no revision `{base}`: name one with the input `base`" in summary
    assert workflow.code == 1


def test_a_folder_with_the_name_of_a_bundled_book_is_meant(repository: Path) -> None:
    git(repository, "mv", "prices", "anthropic")
    git(repository, "commit", "--quiet", "-m", "renamed")
    base = git(repository, "rev-parse", "HEAD")
    path = repository / "anthropic/book.price"
    path.write_text(path.read_text().replace("| $2 ", "| $3 "))
    workflow = Workflow(repository, {"book": "anthropic", "base": base})
    summary = workflow.run()
    assert "| examples | **no** |" in summary
    assert "$2 -\\> $3 per MTok" in summary
    assert "falls: `claim output costs 4 input`" in summary
    assert workflow.code == 1
