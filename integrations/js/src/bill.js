// The bill of a request: its lines, their sum, and what a reader should know.

import { PriceError, sourceOf } from "./errors.js";
import { laddersAt, linesInTiers } from "./positions.js";
import { Rational, sumOf } from "./rational.js";
import { filled } from "./texts.js";

const WARNINGS = ["bounds", "unsure"];

/** What one request costs. */
export class Bill {
  #combination;
  #texts;
  #used = [];
  #notes;
  #total = null;
  #most = null;
  #place = { counts: new Map(), ladders: [] }; // what ladders have counted, and those that go on

  /** Throws where a meter that is used has no price. */
  constructor(combination, uses, { at, notes, texts }) {
    this.at = at;
    this.#combination = combination;
    this.#texts = texts;
    this.#notes = [...notes];
    for (const [meter, quantities] of uses) {
      const used = quantities.filter(({ n }) => n > 0n);
      if (used.length) this.#used.push([combination.rate(meter), used]);
    }
  }

  /** The exact amount; of a record that has bounds, the low one. */
  get amount() {
    const { n, d } = this.#low();
    return Rational.of(n, d);
  }

  /** The most that a record can cost that has bounds. */
  get most() {
    return this.#most ?? this.amount;
  }

  #low() {
    const sum = () => sumOf(this.#lines().map(({ amount }) => amount));
    return (this.#total ??= this.#combination.rounded("total", sum()));
  }

  /** The lines with their exact amounts: those of meters, then what is beyond them. */
  #lines() {
    const combination = this.#combination;
    let found = this.#used.map(([rate, quantities]) => {
      const { minimum, price } = rate;
      const least = (use) => (use.compare(minimum) < 0 ? minimum : use);
      const billed = sumOf(minimum === undefined ? quantities : quantities.map(least));
      return { rate, billed, amount: combination.rounded("line", billed.times(price)) };
    });
    if (this.#place.counts.size) found = linesInTiers(combination, this.#place, found);
    if (combination.beyond.length) {
      found.push(...combination.beyondLines(sumOf(found.map(({ amount }) => amount))));
    }
    for (const line of found) line.amount = combination.converted(line.amount);
    return found;
  }

  get currency() {
    return this.#combination.currency;
  }

  /** The amount as a decimal: exact, or rounded half even to 20 places, which a note says. */
  get total() {
    if (!this.#isBounded) return this.low;
    throw new PriceError("range", "the record has no single amount", "ask for `low` and `high`");
  }

  get low() {
    return this.#low().decimal();
  }

  get high() {
    return this.most.decimal();
  }

  get #isBounded() {
    return this.#most !== null && !this.#most.equals(this.#low());
  }

  /** The lines, in the order of the request. */
  get lines() {
    return this.#lines().map(({ rate, billed, amount, line, tiers }) => {
      const shown = amount.decimal();
      if (rate === undefined) return lineOf(this.#termsOf(line, shown), "1", shown);
      return lineOf(rate.terms, billed.decimal(), shown, tiers);
    });
  }

  /** The terms of a line beyond meters. */
  #termsOf({ rule: meter, origin }, unit_price) {
    const prices = { unit: "request", unit_price, list_price: unit_price, factors: [] };
    return { meter, ...prices, model: this.#combination.model.name, ...sourceOf(origin) };
  }

  /** What a reader should know: each a code, a level and a text. */
  get notes() {
    const { free, leftOut, notes } = this.#combination;
    const { counts, ladders } = this.#place;
    const used = new Set(this.#used.map(([{ index }]) => index));
    const names = [...counts.keys()].map(({ name }) => name);
    const unused = names.filter((name) => !ladders.some((one) => one.name === name));
    const open = leftOut.filter(({ meter, dimension }) => {
      return (meter === undefined || used.has(meter)) && !names.includes(dimension);
    });
    const found = [
      ...[...this.#notes, ...notes],
      ...this.#used.flatMap(([{ unsure }]) => unsure.map((text) => ["unsure", text])),
      ...(free === undefined ? [] : [["free", free.text]]),
      ...unused.map((name) => this.#note("position", { name })),
      ...open.map(({ text: what }) => this.#note("account", { what })),
    ];
    if (this.#isBounded) found.push(this.#note("bounds"));
    const isExact = this.#isBounded || this.#low().places !== null;
    if (!isExact) found.push(this.#note("inexact_decimal", { total: this.amount }));
    const unique = new Map(found.map((note) => [note.join(": "), note]));
    return [...unique.values()].map(([code, text]) => {
      return { code, level: WARNINGS.includes(code) ? "warning" : "note", text };
    });
  }

  #note(code, values) {
    return [code, filled(this.#texts.get(code), values)];
  }

  /** The bill with one note more, whose text has some values. */
  noted(code, values) {
    this.#notes.push(this.#note(code, values));
    return this;
  }

  /** The bill at a place in what its account has used. `at` gives the combination of a point. */
  placedAt(counts, at) {
    if (this.#isBounded) {
      const message = "a sum on either side of a threshold has no single place in tiers";
      throw new PriceError("bad_position", message, "say with `each` on which side it is");
    }
    [this.#most, this.#total] = [null, null];
    this.#place = { counts, ladders: laddersAt(this.#combination, counts), at };
    return this;
  }

  /** The bill of a record that costs up to another amount. */
  bounded(most) {
    this.#most = most;
    return this;
  }

  /** The bill as `pricelang price --json` prints it. */
  toJSON() {
    const { currency, lines, notes, low, high } = this;
    const isBounded = this.#isBounded;
    const amounts = isBounded ? { total: null, currency, low, high } : { total: low, currency };
    return { ...amounts, lines, notes };
  }
}

/** A line. Its members are written out: a copy of the terms would take three times as long. */
function lineOf(terms, quantity, amount, tiers) {
  const { meter, unit, unit_price, list_price, factors, model, source, location, free } = terms;
  const line = { meter, quantity, unit_price, amount, factors, model, unit, list_price, source };
  line.location = location;
  if (free !== undefined) line.free = free;
  if (tiers !== undefined) line.tiers = tiers;
  return line;
}
