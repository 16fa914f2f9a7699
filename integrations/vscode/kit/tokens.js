// The scopes of the texts on standard input, a JSON list, as an editor finds them.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const require = createRequire(import.meta.url);
const { Registry, INITIAL } = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const wasm = await readFile(require.resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm);
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (given) => new oniguruma.OnigString(given),
  }),
  loadGrammar: async () =>
    JSON.parse(await readFile(new URL("../syntaxes/pricelang.tmLanguage.json", import.meta.url), "utf8")),
});
const grammar = await registry.loadGrammar("source.pricelang");
const answers = JSON.parse(await text(process.stdin)).map((given) => {
  let rules = INITIAL;
  return given.split("\n").flatMap((line) => {
    const found = grammar.tokenizeLine(line, rules);
    rules = found.ruleStack;
    return found.tokens
      .map(({ startIndex, endIndex, scopes }) => [line.slice(startIndex, endIndex), scopes.at(-1)])
      .filter(([part]) => part.trim());
  });
});
console.log(JSON.stringify(answers));
