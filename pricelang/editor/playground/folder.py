"""The folder of the playground: its page, Python and an editor from npm, the package, and the
examples to begin with. A browser needs nothing else, and no network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from importlib.metadata import files as files_of
from pathlib import Path, PurePosixPath
from typing import Any

from pricelang.apps.new_book import new_book
from pricelang.check.files import read_layers
from pricelang.compile.shipping import files_to_ship
from pricelang.editor.colours import patterns, statement_pattern
from pricelang.editor.playground.guide import guide
from pricelang.files.bundled import OUTSIDE, PACKAGE, folder_of, playground_page
from pricelang.files.cache import cache_folder, digest
from pricelang.files.shipped import FOLDER
from pricelang.model.errors import PriceError
from pricelang.model.instants import today
from pricelang.syntax.words import with_lines

PAGE = (
    "index.html",
    "style.css",
    "app.js",
    "checks.js",
    "editor.js",
    "faults.js",
    "language.js",
    "link.js",
    "python.js",
    "request.js",
    "tabs.js",
    "worker.js",
)
LOCK = "package-lock.json"
PYODIDE = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
"""What a browser needs of Pyodide."""
LIBRARIES = ("attrs", "lark", "tzdata")
"""What the package needs of others in the browser: what it prints on terminals needs more."""
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_playground(folder: Path) -> None:
    """Writes the folder. Raises `PriceError` where npm cannot bring its libraries."""
    libraries = _installed()
    folder.mkdir(parents=True, exist_ok=True)
    page = playground_page()
    imports = dict(_modules(folder, libraries))
    for name in PAGE:
        text = page.joinpath(name).read_text(encoding="utf-8")
        if name == "index.html":
            text = _filled(text, imports)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for name in PYODIDE:
        _copy(libraries / "pyodide" / name, folder / "lib" / "pyodide" / name)
    _write_packages(folder / "python.zip")
    colours = [(found.kind, found.regex) for found in patterns()]
    language = {"statement": statement_pattern(), "patterns": colours, "lines": with_lines()}
    _write_json(folder / "colours.json", language)
    _write_json(folder / "examples.json", list(examples()))


def _write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data), encoding="ascii")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


# ---- libraries from npm --------------------------------------------------------------------------


def _installed() -> Path:
    """The folder of the libraries, in the user's cache: npm brings what the lock file names."""
    page, root = playground_page(), cache_folder()
    lock = page.joinpath(LOCK).read_bytes()
    if root is None:
        raise PriceError("no_cache", "the libraries of the playground need a cache folder")
    home = Path(root) / f"playground-{digest(lock)[:16]}"
    mark = home / "whole"
    if not mark.exists():
        npm = shutil.which("npm")
        if npm is None:
            help = "install Node, which brings npm; the folder that is written needs neither"
            raise PriceError("no_npm", "the playground is made with npm, once", help=help)
        home.mkdir(parents=True, exist_ok=True)
        (home / LOCK).write_bytes(lock)
        (home / "package.json").write_bytes(page.joinpath("package.json").read_bytes())
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        ended = subprocess.run(
            [npm, "ci", *flags], cwd=home, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            last = ended.stderr.strip().splitlines()[-1:] or ["it says nothing"]
            raise PriceError("no_npm", f"npm cannot bring the libraries: {last[0]}")
        mark.touch()
    return home / "node_modules"


def _modules(folder: Path, libraries: Path) -> Iterator[tuple[str, str]]:
    """The modules of the editor by the names that import them; each is one file, copied."""
    lock = json.loads((libraries.parent / LOCK).read_text(encoding="utf-8"))
    for path in lock["packages"]:
        name = path.removeprefix("node_modules/")
        if not path or name.startswith("@types/") or name in ("pyodide", "ws"):
            continue
        package = json.loads((libraries / name / "package.json").read_text(encoding="utf-8"))
        target = f"lib/{name}.js"
        module = package.get("module") or package["exports"]["import"]
        _copy(libraries / name / module, folder / target)
        yield name, f"./{target}"


def _filled(text: str, imports: dict[str, str]) -> str:
    """The page with its guide, and with its import map, which it allows by its hash, as it allows
    no other script.
    """
    written = json.dumps({"imports": imports})
    found = base64.b64encode(hashlib.sha256(written.encode()).digest()).decode()
    filled = {"import map": written, "import map hash": f"sha256-{found}", "guide": guide()}
    return re.sub(r"\{\{([a-z ]+)\}\}", lambda match: filled[match[1]], text)


# ---- the package ---------------------------------------------------------------------------------


def _write_packages(path: Path) -> None:
    """Everything that Python imports in the browser, as one archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)

        for name, file in sorted(_package_files()):
            add(name, file.read_bytes())
        for name, text in files_to_ship():
            add(f"pricelang/{FOLDER}/{name}", text.encode("ascii"))


def _package_files() -> Iterator[tuple[str, Path]]:
    roots = {"pricelang": Path(PACKAGE)}
    roots |= {f"pricelang/{name}": Path(str(folder_of(name))) for name in OUTSIDE}
    for inside, root in roots.items():
        left_out = {"playground", FOLDER, *OUTSIDE}
        for folder, folders, names in os.walk(root):
            beside = left_out if Path(folder) == root else set()
            folders[:] = sorted(set(folders) - beside - {"__pycache__"})
            near = PurePosixPath(inside, Path(folder).relative_to(root).as_posix())
            for name in names:
                yield str(near / name), Path(folder, name)
    for library in LIBRARIES:
        for file in files_of(library) or ():
            if (
                ".dist-info" not in file.parts[0]
                and file.suffix != ".pyc"
                and ".." not in file.parts
            ):
                yield file.as_posix(), Path(str(file.locate()))


# ---- examples ------------------------------------------------------------------------------------


def examples() -> Iterator[dict[str, Any]]:
    """What the playground begins with, the first unless another is chosen. `base` is the bundled
    book that the tab of changes compares with, `book` the one whose text an example is.
    """
    yield _one("small", "A small book", new_book("shop", today(), None), entry="shop.price")
    text = playground_page().joinpath("examples").joinpath("exclusion.price")
    yield _one("exclusion", "Two models, a batch, an exclusion", text.read_text(encoding="utf-8"))
    layer = read_layers("anthropic")[0]
    files = {file.name.partition("/")[2]: file.text for file in layer.files}
    claude = {"book": "anthropic", "base": "anthropic", "shown": "rates.price"}
    yield _example("claude", "Claude's list prices", "book.price", files, **claude)
    contract = new_book("acme", today(), "anthropic")
    yield _one("contract", "A contract over them", contract, entry="acme.price", base="anthropic")


def _one(
    id: str, title: str, text: str, *, entry: str | None = None, **given: str
) -> dict[str, Any]:
    name = entry or f"{id}.price"
    return _example(id, title, name, {name: text}, **given)


def _example(
    id: str, title: str, entry: str, files: dict[str, str], **given: str
) -> dict[str, Any]:
    usual = {"book": None, "base": None, "shown": entry}
    return {"id": id, "title": title, "entry": entry, "files": files, **usual, **given}
