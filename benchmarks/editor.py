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
from pathlib import Path
from statistics import median

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from pricelang.files.bundled import rules_folder

TIMES = 15
AIMS = {"faults": 0.150, "claims": 0.400}
"""Seconds from a letter to what stands on the screen."""


class _Editor:
    """A client with one file of a book open."""

    def __init__(self, path: Path) -> None:
        self.client = LanguageClient("benchmark", "1")
        self.path, self.text, self.version = path, path.read_text("utf-8"), 1
        self.told = asyncio.Event()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(_: LanguageClient, params: lsp.PublishDiagnosticsParams) -> None:
            if params.uri == path.as_uri():
                self.told.set()

        @self.client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
        def refreshed(_: LanguageClient, __: object) -> None:
            """What an editor does on it is measured by asking."""

    async def open(self) -> None:
        await self.client.start_io(sys.executable, "-m", "pricelang", "lsp")
        await self.client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities()))
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

    async def claims_until(self, broken: bool) -> float:
        """Seconds until some claim is told to be broken, or none is."""
        start = time.perf_counter()
        params = lsp.CodeLensParams(lsp.TextDocumentIdentifier(self.path.as_uri()))
        while True:
            found = await self.client.text_document_code_lens_async(params)
            titles = [lens.command.title for lens in found or () if lens.command]
            if titles and broken == any("broken" in title for title in titles):
                return time.perf_counter() - start
            await asyncio.sleep(0.01)


async def _measured(folder: Path, times: int) -> tuple[list[float], list[float]]:
    editor = _Editor(folder / "claims.price")
    await editor.open()
    faults, claims = [], []
    for number in range(times):
        text = f"{editor.text}claim every price is at most ${200 + number} per MTok\n"
        spent = await editor.faults_after(text)
        faults.append(spent)
        claims.append(spent + await editor.claims_until(True))
        await editor.faults_after(editor.text)
        await editor.claims_until(False)
    await editor.client.shutdown_async(None)
    editor.client.exit(None)
    return faults, claims


def page(quick: bool = False) -> list[str]:
    """The section of the results."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "anthropic"
        shutil.copytree(str(rules_folder().joinpath("anthropic")), folder)
        faults, claims = asyncio.run(_measured(folder, 3 if quick else TIMES))
    rows = [
        f"| {name} | {median(found) * 1000:,.0f} ms | {aim * 1000:,.0f} ms | "
        f"{'met' if median(found) <= aim else 'missed'} |"
        for (name, aim), found in zip(AIMS.items(), (faults, claims), strict=True)
    ]
    head = ["| from a letter to | median | aim | |", "|---|---:|---:|---|"]
    return ["## In an editor", "", __doc__.split("\n\n")[0], "", *head, *rows, ""]


if __name__ == "__main__":
    print("\n".join(page()))
