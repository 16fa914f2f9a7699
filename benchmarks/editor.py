"""From a letter to the faults on the screen, over the whole book of Claude prices, as a client of
the language server meets it.

    python -m benchmarks --only editor
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from pricelang.files.bundled import rules_folder

TIMES = 15
AIMS = {"faults": 0.150, "claims": 0.400}
"""Seconds from a letter to what stands on the screen."""
FIGURE = "| $5    | $6.25                    | $10            | $0.50                   | $2"
LETTERS: dict[str, tuple[str, Callable[[str, int], str]]] = {
    "a claim": (
        "claims.price",
        lambda text, n: f"{text}claim every price is at most ${200 + n} per MTok\n",
    ),
    "a figure": ("rates.price", lambda text, n: text.replace(f"{FIGURE}5", f"{FIGURE}{n % 5}", 1)),
    "a refusal": (
        "request.price",
        lambda text, n: (
            f"{text}refuse for claude-opus-5 when speed is fast from 2026-11-{n + 10} "
            f'because "{n}"\n'
        ),
    ),
}
"""What is typed: the file of the book, and its text after each time."""


class _Editor:
    """A client with one file of a book open."""

    def __init__(self, path: Path) -> None:
        self.client = LanguageClient("benchmark", "1")
        self.path, self.text, self.version = path, path.read_text("utf-8"), 1
        self.told, self.refreshed = asyncio.Event(), asyncio.Event()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(_: LanguageClient, params: lsp.PublishDiagnosticsParams) -> None:
            if params.uri == path.as_uri():
                self.told.set()

        @self.client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
        def refreshed(_: LanguageClient, __: object) -> None:
            self.refreshed.set()

    async def open(self) -> None:
        await self.client.start_io(sys.executable, "-m", "pricelang", "lsp")
        lenses = lsp.CodeLensWorkspaceClientCapabilities(refresh_support=True)
        workspace = lsp.WorkspaceClientCapabilities(code_lens=lenses)
        capabilities = lsp.ClientCapabilities(workspace=workspace)
        await self.client.initialize_async(lsp.InitializeParams(capabilities))
        document = lsp.TextDocumentItem(self.path.as_uri(), "pricelang", 1, self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        await self.told.wait()

    async def faults_after(self, text: str) -> float:
        """Seconds from a change to the faults of the file."""
        self.told.clear()
        self.version += 1
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        which = lsp.VersionedTextDocumentIdentifier(self.version, self.path.as_uri())
        start = time.perf_counter()
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(which, [change]))
        await self.told.wait()
        return time.perf_counter() - start

    async def claims_after(self, text: str) -> tuple[float, float]:
        """Seconds from a change to the faults of the file, and to the verdicts on all claims."""
        self.refreshed.clear()
        start = time.perf_counter()
        faults = await self.faults_after(text)
        await self.refreshed.wait()
        params = lsp.CodeLensParams(lsp.TextDocumentIdentifier(self.path.as_uri()))
        await self.client.text_document_code_lens_async(params)
        return faults, time.perf_counter() - start


async def _measured(folder: Path, kind: str, times: int) -> tuple[list[float], list[float]]:
    name, typed = LETTERS[kind]
    editor = _Editor(folder / name)
    await editor.open()
    await editor.claims_after(editor.text)
    found = []
    for number in range(times):
        found.append(await editor.claims_after(typed(editor.text, number)))
        await editor.claims_after(editor.text)
    await editor.client.shutdown_async(None)
    editor.client.exit(None)
    return [faults for faults, _ in found], [claims for _, claims in found]


def page(quick: bool = False) -> list[str]:
    """The section of the results."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "anthropic"
        shutil.copytree(str(rules_folder().joinpath("anthropic")), folder)
        for kind in LETTERS:
            measured = asyncio.run(_measured(folder, kind, 3 if quick else TIMES))
            rows += [
                f"| {kind} | {name} | {median(found) * 1000:,.0f} ms | {aim * 1000:,.0f} ms | "
                f"{'met' if median(found) <= aim else 'missed'} |"
                for (name, aim), found in zip(AIMS.items(), measured, strict=True)
            ]
    head = ["| a letter of | to | median | aim | |", "|---|---|---:|---:|---|"]
    return ["## In an editor", "", __doc__.split("\n\n")[0], "", *head, *rows, ""]


if __name__ == "__main__":
    print("\n".join(page()))
