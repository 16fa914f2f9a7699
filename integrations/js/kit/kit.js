// The conformance kit, and what the evaluator answers in its form.

import { readdirSync, readFileSync } from "node:fs";
import { load, PriceError } from "../src/index.js";

const FOLDER = new URL("../../conformance/", import.meta.url);

/** The books of the kit with their cases. */
export function* kit() {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith(".jsonl"))) {
    const lines = readFileSync(new URL(name, FOLDER), "utf8").trim().split("\n").slice(1);
    let found;
    for (const line of lines.map((text) => JSON.parse(text))) {
      if (line.book === undefined) {
        found.cases.push(line);
        continue;
      }
      if (found !== undefined) yield found;
      found = { name: line.book, compiled: line.compiled, book: load(line.compiled), cases: [] };
    }
    yield found;
  }
}

/** What a book answers to a request of the kit. */
export function answer(book, request) {
  let bill;
  try {
    bill = book.price(request);
  } catch (error) {
    if (!(error instanceof PriceError)) throw error;
    return { error: error.code, ...(error.rule === null ? {} : { rule: error.rule }) };
  }
  const isBounded = !bill.amount.equals(bill.most);
  const [low, high] = [String(bill.amount), String(bill.most)];
  return {
    ...(isBounded ? { low, high } : { amount: low }),
    currency: bill.currency,
    lines: bill.lines.map(lineOf),
    notes: bill.notes.map(({ code }) => code),
  };
}

function lineOf({ meter, quantity, unit_price, amount, list_price, factors, free, tiers }) {
  const found = { meter, quantity, unit_price, amount };
  if (list_price !== unit_price) found.list_price = list_price;
  if (factors.length) found.factors = factors.map(({ rule, factor }) => [rule, factor]);
  if (free !== undefined) found.free = free;
  if (tiers !== undefined) found.tiers = tiers;
  return found;
}
