// Python beside the page: takes questions as JSON, one at a time, and answers them.
import { loadPyodide } from "./lib/pyodide/pyodide.mjs";

const ready = (async () => {
  const archive = fetch("./python.zip").then((answer) => answer.arrayBuffer());
  const python = await loadPyodide({ indexURL: new URL("./lib/pyodide/", import.meta.url).href });
  python.unpackArchive(await archive, "zip", { extractDir: "/packages" });
  return python.runPython(`
import os, sys
from pathlib import Path
sys.path.insert(0, "/packages")
os.environ["PRICELANG_CACHE"] = ""
from pricelang.editor.playground.answers import Playground
folder = Path("/book")
folder.mkdir()
Playground(folder)
`);
})();

let prepared = false;

self.onmessage = async ({ data: { id, asked } }) => {
  try {
    const playground = await ready;
    self.postMessage({ id, answer: playground.answer(asked) });
    if (!prepared) setTimeout(() => playground.prepare(), 50);
    prepared = true;
  } catch (error) {
    self.postMessage({ id, error: String(error.message ?? error) });
  }
};
