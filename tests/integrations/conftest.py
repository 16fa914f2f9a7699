"""Node, and the libraries from npm that an integration is made with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest


def without_node(message: str) -> None:
    """Skips a test, loudly; with `PRICELANG_NODE=required` it fails."""
    if os.environ.get("PRICELANG_NODE") == "required":
        pytest.fail(message)
    warnings.warn(message, stacklevel=2)
    pytest.skip(message)


def version_of(program: str | None) -> int:
    """The first number of a version; 0 where there is no such program."""
    if program is None:
        return 0
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v?(\d+)", told)
    return int(match[1]) if match else 0


@pytest.fixture(scope="session")
def node() -> str:
    """Node, from version 18 on."""
    found = shutil.which("node")
    if version_of(found) < 18:
        without_node("no Node from version 18 on: the evaluator in JavaScript is not tested")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def installed() -> Callable[[Path], Path]:
    """A function that installs what `package-lock.json` of a folder names, there."""

    def install(folder: Path) -> Path:
        npm = shutil.which("npm")
        if npm is None or version_of(shutil.which("node")) < 20:
            without_node(f"no Node from version 20 on with npm: {folder.name} is not tested")
        lock, mark = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
        if not mark.exists() or mark.stat().st_mtime < lock.stat().st_mtime:
            flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]
            ended = subprocess.run(
                [str(npm), "ci", *flags], cwd=folder, capture_output=True, text=True, check=False
            )
            if ended.returncode:
                without_node(f"npm cannot install what {folder.name} needs: {ended.stderr[-500:]}")
        return folder

    return install
