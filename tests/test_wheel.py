"""The wheel as it is installed: it prices on a fresh machine without parser, cache or home, from a
folder that cannot be written and from the archive itself.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import pricelang

ROOT = Path(__file__).resolve().parents[1]
PRICE = ("price", "--model", "claude-opus-4-7", "--at", "2026-04-17", "--input", "50k", "--json")
FIRST_PRICE = """
import sys, pricelang
book = pricelang.load()
print(sorted({"lark", "pathlib", "tempfile", "hashlib", "pricelang.evaluate.rate_card",
    "pricelang.check.entries", "pricelang.usage.records"} & set(sys.modules)))
print(book.total(model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000}))
print("lark" in sys.modules, book.digest, len(book.checked.examples), pricelang.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built once."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an installer makes of it, for nobody to write."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    compileall.compile_dir(folder, quiet=2)
    for place, _, files in os.walk(folder):
        for name in files:
            os.chmod(os.path.join(place, name), 0o444)
        os.chmod(place, 0o555)
    return folder


def run(place: Path, *args: str, home: str = os.devnull + "/none", **more: str) -> str:
    """What a process prints that has the package from a place, and no home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PRICELANG", "XDG"))}
    env = {**kept, "PYTHONPATH": str(place), "HOME": home, "PYTHONDONTWRITEBYTECODE": "1", **more}
    command = [sys.executable, *args]
    done = subprocess.run(command, env=env, cwd=place.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_first_price_takes_no_parser_and_no_home(installed: Path) -> None:
    modules, total, rest = run(installed, "-c", FIRST_PRICE).splitlines()
    assert modules == "[]"
    assert total == "0.25"
    digest, examples = pricelang.load().digest, len(pricelang.load().checked.examples)
    file = installed / "pricelang" / "__init__.py"
    assert rest == f"False {digest} {examples} {file}"
    assert '"total": "0.25"' in run(installed, "-m", "pricelang", *PRICE)


def test_an_empty_home_stays_empty(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    run(installed, "-m", "pricelang", *PRICE, home=str(home))
    assert list(home.iterdir()) == []


def test_the_archive_itself_prices(wheel: Path) -> None:
    assert run(wheel, "-c", FIRST_PRICE).splitlines()[1] == "0.25"
    assert '"total": "0.25"' in run(wheel, "-m", "pricelang", *PRICE)
    own = 'import pricelang; print(pricelang.load("book ours extends anthropic\\n").below.name)'
    assert run(wheel, "-c", own) == "anthropic\n"


def test_a_cache_goes_by_content_alone(installed: Path, tmp_path: Path) -> None:
    """It can be baked into an image: another time and another place of the book change nothing."""
    cache = {"PRICELANG_CACHE": str(tmp_path / "cache")}
    used = "import sys, pricelang; print(pricelang.load(sys.argv[1]).name, 'lark' in sys.modules)"
    for folder, parsed in (("one", True), ("two", False)):
        path = tmp_path / folder / "ours" / "book.price"
        path.parent.mkdir(parents=True)
        path.write_text("book ours extends anthropic\n", encoding="utf-8")
        os.utime(path, (len(folder), len(folder) * (1 + parsed)))
        assert run(installed, "-c", used, str(path), **cache) == f"ours {parsed}\n"
