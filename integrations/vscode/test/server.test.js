import assert from "node:assert/strict";
import { test } from "node:test";
import { serverOptions, startHelp } from "../src/server.js";

test("a setting is a program and its arguments", () => {
  assert.deepEqual(serverOptions(["pricelang", "lsp"]), { command: "pricelang", args: ["lsp"] });
  assert.deepEqual(serverOptions(["uvx", "pricelang[lsp]", "lsp"]).args, ["pricelang[lsp]", "lsp"]);
});

test("a setting that names no program is refused", () => {
  for (const wrong of [undefined, [], "pricelang lsp", [""], ["pricelang", 1]]) {
    assert.throws(() => serverOptions(wrong), /pricelang.command/);
  }
});

test("a server that does not start is told with what to do", () => {
  const told = startHelp(["pricelang", "lsp"], new Error("spawn pricelang ENOENT"));
  assert.match(told, /`pricelang lsp` did not start: spawn pricelang ENOENT\. .*pip install/);
});
