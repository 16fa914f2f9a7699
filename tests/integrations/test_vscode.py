"""The extension for Visual Studio Code: built, opened, and its colours beside those of Pygments.

It needs npm and its registry. Without them these are skipped, loudly; with
`PRICELANG_NODE=required` they fail then.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from pricelang.editor.colours import Kind
from pricelang.editor.pygments_lexer import TOKENS, PriceLexer
from pricelang.editor.textmate import SCOPES, textmate_text
from tests.test_package import ROOT

pytestmark = pytest.mark.campaign
FOLDER = ROOT / "integrations" / "vscode"
KINDS: dict[str, Kind] = {f"{scope}.pricelang": kind for kind, scope in SCOPES.items()}
# Loads the extension as an editor does, beside an editor that answers anything.
LOADS = """
const Module = require("node:module");
const any = new Proxy(function () {}, {
  get: (own, key) => (key === "prototype" ? own.prototype : key === Symbol.toPrimitive ? () => "" : any),
  apply: () => any,
});
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? any : load(name, ...rest));
console.log(Object.keys(require(process.argv[1])).join());
"""


@pytest.fixture(scope="module")
def folder(installed: Callable[[Path], Path]) -> Path:
    return installed(FOLDER)


@pytest.fixture(scope="module")
def vsix(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    path = tmp_path_factory.mktemp("vscode") / "pricelang.vsix"
    run("npx", "--no-install", "vsce", "package", "--out", str(path), cwd=folder)
    with ZipFile(path) as opened:
        yield opened


def run(*command: str, cwd: Path, given: str = "") -> str:
    ended = subprocess.run(
        command, cwd=cwd, input=given, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    return ended.stdout


def test_its_own_tests(folder: Path) -> None:
    run("node", "--test", cwd=folder)


def test_the_extension_holds_what_it_names_and_no_more(vsix: ZipFile) -> None:
    names = {name.removeprefix("extension/").lower() for name in vsix.namelist()}
    assert names == {
        "[content_types].xml",
        "extension.vsixmanifest",
        "package.json",
        "readme.md",
        "license.txt",
        "language-configuration.json",
        "syntaxes/pricelang.tmlanguage.json",
        "dist/extension.cjs",
        "dist/notices.txt",
    }
    package = json.loads(vsix.read("extension/package.json"))
    points = package["contributes"]
    for path in (
        package["main"],
        points["grammars"][0]["path"],
        points["languages"][0]["configuration"],
    ):
        assert f"extension/{path.removeprefix('./')}" in vsix.namelist()
    assert points["configuration"]["properties"]["pricelang.command"]["default"] == [
        "pricelang",
        "lsp",
    ]
    assert vsix.read("extension/syntaxes/pricelang.tmLanguage.json").decode() == textmate_text()
    assert "vscode-languageclient" in vsix.read("extension/dist/NOTICES.txt").decode()


def test_the_extension_loads_and_needs_nothing_but_an_editor(vsix: ZipFile, tmp_path: Path) -> None:
    vsix.extractall(tmp_path)
    path = tmp_path / "extension" / "dist" / "extension.cjs"
    assert run("node", "-e", LOADS, str(path), cwd=tmp_path) == "activate,deactivate\n"
    wanted = set(re.findall(r'require\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    assert "vscode" in wanted
    assert not {name for name in wanted if "/" in name.removeprefix("node:")} - {"fs/promises"}


def test_the_editor_colours_the_book_as_pygments_does(folder: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").rglob("*.price"))]
    answers = json.loads(run("node", "kit/tokens.js", cwd=folder, given=json.dumps(texts)))
    for text, tokens in zip(texts, answers, strict=True):
        found = [
            (part, str(TOKENS[KINDS[scope]]) if scope in KINDS else scope.split(".")[1])
            for part, scope in tokens
        ]
        lexed = [
            (part, str(token))
            for token, part in PriceLexer(stripnl=False).get_tokens(text)
            if part.strip()
        ]
        beginnings = {"Token.Keyword.Declaration": "control", "Token.Name.Class": "name"}
        assert found == [(part, beginnings.get(token, token)) for part, token in lexed]
