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
Playground(folder).answer
`);
})();

self.onmessage = async ({ data }) => {
  try {
    const answer = await ready;
    self.postMessage({ answer: answer(data) });
  } catch (error) {
    self.postMessage({ error: String(error.message ?? error) });
  }
};
