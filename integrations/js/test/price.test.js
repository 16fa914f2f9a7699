// What a program meets beside the kit: texts, types, errors, documents.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { BookError, load, PriceError, Rational, verify } from "../src/index.js";
import { kit } from "../kit/kit.js";

const books = new Map([...kit()].map((one) => [one.name, one]));
const { book, compiled } = books.get("anthropic");
const asked = { model: "claude-opus-4-6", at: "2026-04-17", usage: { input: 50_000, output: 2_000 } };
const coded = (code) => (error) => error instanceof PriceError && error.code === code;

test("a bill has lines with their rules", () => {
  const bill = book.price({ ...asked, dimensions: { speed: "fast" } });
  assert.equal(bill.total, "1.8");
  assert.deepEqual([bill.amount.n, bill.amount.d], [9n, 5n]);
  assert.equal(book.total({ ...asked, dimensions: { speed: "fast" } }), "1.8");
  assert.deepEqual(
    bill.lines.map(({ meter, amount, factors }) => [meter, amount, factors[0].rule]),
    [["input", "1.5", "fast"], ["output", "0.3", "fast"]],
  );
  assert.equal(JSON.parse(JSON.stringify(bill)).total, "1.8");
});

test("a document is text, bytes or data", async () => {
  const text = JSON.stringify(compiled);
  const bytes = new TextEncoder().encode(text);
  for (const document of [text, bytes, bytes.buffer, Buffer.from(text), compiled]) {
    await verify(document);
    assert.equal(load(document).total(asked), book.total(asked));
  }
  assert.throws(() => load(bytes.subarray(0, 99)), BookError);
});

test("a request that cannot exist is refused by a rule with a place", () => {
  const request = { ...asked, dimensions: { speed: "fast", service_tier: "batch" } };
  assert.throws(() => book.price(request), (error) => {
    assert.equal(error.code, "excluded");
    assert.equal(error.rule, "fast with batch");
    assert.match(error.location, /^anthropic\/modifiers\.price:\d+$/);
    return true;
  });
});

test("quantities may be numbers, whole numbers of any size, texts and lists", () => {
  const input = (quantity) =>
    book.price({ ...asked, limits: false, usage: { input: quantity } }).lines[0]?.quantity;
  assert.equal(input(10n ** 20n), "100000000000000000000");
  assert.equal(input("1,000"), "1000");
  assert.equal(input([1, "2", 3n]), "6");
  assert.equal(input(0), undefined);
  for (const wrong of [1.5, 2 ** 60, -1, true, {}, "", "1e3", "1 furlong", [null]]) {
    assert.throws(() => input(wrong), coded("bad_quantity"), String(wrong));
  }
});

test("an instant may be text, a date or seconds", () => {
  const at = (instant) => book.price({ ...asked, at: instant }).at;
  const [day, noon] = [1776384000, 1776427200];
  assert.equal(at("2026-04-17"), day);
  assert.equal(at("2026-04-17T12:00:00Z"), noon);
  assert.equal(at("2026-04-17T14:00:00.999+02:00"), noon);
  assert.equal(at("2026-04-17 12:00 UTC"), noon);
  assert.equal(at(new Date("2026-04-17T12:00:00.999Z")), noon);
  assert.equal(at(noon + 0.5), noon);
  for (const wrong of ["2026-02-30", "2026-04-17T24:00", "17.04.2026", NaN, new Date(NaN), "", {}]) {
    assert.throws(() => at(wrong), coded("bad_date"), String(wrong));
  }
});

test("without an instant the present prices hold, and a note says so", () => {
  const [model] = book.models().slice(-1);
  const { notes } = book.price({ model, usage: { input: 1 } });
  assert.ok(notes.some(({ code, level }) => code === "no_date" && level === "note"));
  assert.equal(book.models("2023-01-01").length, 0);
});

test("what is no request is told", () => {
  const wrong = [null, [], { ...asked, speed: "fast" }, { ...asked, dimensions: null }];
  for (const request of [...wrong, { ...asked, usage: [] }, { ...asked, model: undefined }]) {
    assert.throws(() => book.price(request), coded("bad_record"), JSON.stringify(request));
  }
  const dimensions = { speed: "fast,service_tier,batch" };
  book.price({ ...asked, dimensions: { speed: "fast", service_tier: "standard" } });
  assert.throws(() => book.price({ ...asked, dimensions }), coded("unknown_value"));
});

test("whatever a request holds, it has a price or a coded error", () => {
  const odd = [undefined, null, true, 1.5, -1, NaN, 10n, "", "x", Symbol("x"), [], [null], {}, () => 1];
  const strange = [...odd, Object.create(null), new Date(NaN), new Proxy({}, {}), [[1]], { x: 10n }];
  for (const value of strange) {
    const maps = [{ speed: value }, { [String(typeof value)]: value }, { input: value }];
    const each = ["model", "at", "usage", "dimensions", "record", "each", "limits", "position"];
    const requests = each.flatMap((name) => [value, ...maps].map((one) => ({ ...asked, [name]: one })));
    for (const request of requests) {
      try {
        assert.equal(typeof book.price(request).total, "string");
      } catch (error) {
        assert.ok(error instanceof PriceError, `${error.stack}`);
      }
    }
  }
});

test("a sum of requests has bounds, and no total", () => {
  const { book: thresholds, cases } = books.get("thresholds");
  const { request, answer } = cases.find((one) => one.answer.low !== undefined);
  const bill = thresholds.price(request);
  assert.equal(String(bill.amount), answer.low);
  assert.equal(bill.toJSON().total, null);
  assert.throws(() => bill.total, coded("range"));
});

test("a document that is no book is refused", async () => {
  for (const document of ["", "{}", "[]", null, { ...compiled, version: 2 }, { ...compiled, kinds: ["x"] }]) {
    assert.throws(() => load(document), BookError);
  }
  await verify(JSON.stringify(compiled));
  await assert.rejects(verify({ ...compiled, title: "another" }), BookError);
});

test("numbers are exact", () => {
  const third = Rational.of(2n, 6n);
  assert.equal(String(third), "1/3");
  assert.equal(third.decimal(), "0.33333333333333333333");
  assert.equal(String(third.over(Rational.parse("-2/3"))), "-1/2");
  assert.equal(Rational.parse("0.025").plus(Rational.parse("0.005")).decimal(), "0.03");
  const modes = { half_even: "2", half_up: "3", half_down: "2", up: "3", down: "2" };
  for (const [mode, wanted] of Object.entries(modes)) {
    const half = Rational.parse("2.5");
    assert.equal(half.rounded(Rational.of(1n), mode).decimal(), wanted, mode);
    const below = Rational.parse("-2.5").rounded(Rational.of(1n), mode).decimal();
    assert.equal(below, `-${wanted}`, mode);
  }
});

test("the package runs in a browser: nothing of Node is imported", () => {
  const folder = new URL("../src/", import.meta.url);
  for (const name of readdirSync(folder)) {
    const text = readFileSync(new URL(name, folder), "utf8");
    assert.doesNotMatch(text, /\bfrom "(?!\.\/)|\b(?:Buffer|process|require)\b/, name);
  }
});
