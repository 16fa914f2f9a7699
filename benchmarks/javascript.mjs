// One record in Node: the evaluator of integrations/js beside genai-prices of npm, where it is given.
// Prints the seconds of the processor a call of each contestant, one for each of interleaved rounds.
//
//     node benchmarks/javascript.mjs BOOK.json ROUNDS CALLS [GENAI_PRICES_FOLDER]

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { load } from "../integrations/js/src/index.js";

const [file, rounds, calls, folder] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const usage = { input: 12_000, output: 1_500, cache_read: 80_000, cache_write_5m: 4_000 };
const [model, at] = ["claude-sonnet-4-5", "2026-02-10"];
const batch = { service_tier: "batch", inference_geo: "us" };
const book = load(text);
let second = Date.parse(at) / 1000;

const contestants = {
  "`book.total(…)`": () => book.total({ model, at, usage }),
  "`book.total(…)`, an instant that no request had before": () =>
    book.total({ model, at: (second += 1), usage }),
  "`book.total(…, service_tier, inference_geo)`": () =>
    book.total({ model: "claude-opus-4-7", at: "2026-04-17", usage, dimensions: batch }),
  "`book.price(…).lines`, every line built": () => book.price({ model, at, usage }).lines,
};
const costs = { pricelang: book.total({ model, at, usage }) };
if (folder) {
  const { calcPrice } = await import(pathToFileURL(`${folder}/dist/index.js`));
  const counted = {
    input_tokens: usage.input + usage.cache_read + usage.cache_write_5m,
    output_tokens: usage.output,
    cache_read_tokens: usage.cache_read,
    cache_write_tokens: usage.cache_write_5m,
  };
  const options = { providerId: "anthropic", timestamp: new Date(at) };
  const rival = () => calcPrice(counted, model, options);
  contestants["`calcPrice(…)` of `@pydantic/genai-prices`"] = rival;
  costs["genai-prices"] = String(rival().total_price);
}
const once = {
  "`load(text)` and the first price": () => load(text).total({ model, at, usage }),
};

function seconds(call, number) {
  const start = process.cpuUsage();
  for (let n = 0; n < number; n += 1) call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6 / number;
}

const found = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, call] of Object.entries(contestants)) (found[name] ??= []).push(seconds(call, calls));
  for (const [name, call] of Object.entries(once)) (found[name] ??= []).push(seconds(call, 1));
}
console.log(JSON.stringify({ costs, seconds: found }));
