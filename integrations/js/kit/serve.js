// Answers requests by lines of JSON, for the test that compares them with the Python package: a line
// with a `compiled` book, then requests to it.

import { createInterface } from "node:readline";
import { load, PriceError } from "../src/index.js";

let book;
for await (const line of createInterface({ input: process.stdin })) {
  const { compiled, request } = JSON.parse(line);
  if (compiled !== undefined) book = load(compiled);
  else console.log(JSON.stringify(answer(request)));
}

function answer(request) {
  try {
    return book.price(request);
  } catch (error) {
    if (!(error instanceof PriceError)) throw error;
    const { code, message, rule, location } = error;
    return { code, message, rule, location };
  }
}
