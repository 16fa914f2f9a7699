// The bill of a request: its lines, their sum, and what a reader should know.

import { placeOf, PriceError } from "./errors.js";
import { lineOf } from "./rates.js";
import { laddersAt, linesInTiers } from "./positions.js";
import { placed, Rational, sumOf, ten } from "./rational.js";

const LEFT_OUT = "not included (applied per account and period by `invoice`)";
const BOUNDS =
  "the record adds up several requests: each may be on either side of a threshold, " +
  "or at any hour; the lines are those of the low figure";
const NOTES = new Set(["account", "announced", "beyond_reading", "free", "inexact_decimal"]);
for (const code of ["long_window", "no_date", "outside_term", "position", "remark"]) NOTES.add(code);
NOTES.add("retired");

const isUsed = ({ n }) => n > 0n;

/** What one request costs. */
export class Bill {
  #combination;
  #used;
  #notes;
  #amount;
  #most = null;
  #place = null; // the counts of ladders before the request, those that count it, its combinations

  /** Throws where a meter that is used has no price. */
  constructor(combination, uses, { at, notes }) {
    this.#combination = combination;
    this.#notes = notes;
    this.#used = [];
    this.at = at;
    for (const [index, quantities] of uses) {
      if (quantities.some(isUsed)) this.#used.push([combination.rate(index), quantities]);
    }
  }

  /** The exact amount; of a record that has bounds, the low one. */
  get amount() {
    if (this.#amount === undefined) {
      const units = this.#units();
      if (units !== null) this.#amount = Rational.of(units.total, ten(units.places));
      else this.#amount = this.#combination.rounded("total", sumOf(this.#lines().map((line) => line.amount)));
    }
    return this.#amount;
  }

  /** The most that a record can cost that has bounds. */
  get most() {
    return this.#most ?? this.amount;
  }

  /** The amount in units of a power of ten, where it is nothing but quantities times decimals. */
  #units() {
    const counted = this.#counted();
    if (counted === null) return null;
    const places = Math.max(0, ...counted.map(([rate]) => rate.places));
    let total = 0n;
    for (const [rate, n] of counted) total += n * rate.units * ten(places - rate.places);
    return { total, places };
  }

  /** The whole quantity of each rate, where its line is nothing but quantity times decimal. */
  #counted() {
    if (!this.#combination.isPlain || this.#place !== null) return null;
    const found = [];
    for (const [rate, quantities] of this.#used) {
      const { n, d } = quantities.length === 1 ? quantities[0] : sumOf(quantities);
      if (rate.places === null || d !== 1n) return null;
      found.push([rate, n]);
    }
    return found;
  }

  /** The lines with their exact amounts: those of meters, then what is beyond them. */
  #lines() {
    const { exchange } = this.#combination;
    let rated = this.#used.map(([rate, quantities]) => {
      const { minimum, price } = rate;
      const least = (use) => (minimum !== undefined && use.compare(minimum) < 0 ? minimum : use);
      const billed = sumOf(quantities.filter(isUsed).map(least));
      return { rate, billed, amount: this.#combination.rounded("line", billed.times(price)) };
    });
    if (this.#place !== null) rated = linesInTiers(this.#combination, this.#place, rated);
    const subtotal = sumOf(rated.map(({ amount }) => amount));
    const found = [...rated, ...this.#combination.beyondLines(subtotal)];
    return found.map((line) => ({ ...line, amount: line.amount.times(exchange) }));
  }

  get currency() {
    return this.#combination.currency;
  }

  /** The amount as a decimal: exact, or rounded half even to 20 places, which a note says. */
  get total() {
    if (!this.#isBounded) return this.low;
    const help = "ask for `low` and `high`";
    throw new PriceError("range", "the record has no single amount", { help });
  }

  get low() {
    const units = this.#amount === undefined ? this.#units() : null;
    return units === null ? this.amount.decimal() : placed(units.total, units.places);
  }

  get high() {
    return this.most.decimal();
  }

  get #isBounded() {
    return this.#most !== null && !this.#most.equals(this.amount);
  }

  /** The lines, in the order of the request. */
  get lines() {
    const counted = this.#counted();
    if (counted !== null) {
      return counted.map(([rate, n]) =>
        lineOf(rate.terms, String(n), placed(n * rate.units, rate.places)),
      );
    }
    return this.#lines().map(({ rate, billed, amount, rule, origin, tiers }) => {
      const shown = amount.decimal();
      if (rate !== undefined) return lineOf(rate.terms, billed.decimal(), shown, tiers);
      const terms = { meter: rule, unit: "request", unit_price: shown, list_price: shown, factors: [] };
      const place = { source: origin.source ?? null, location: placeOf(origin) };
      return lineOf({ ...terms, ...place, model: this.#combination.model.name }, "1", shown);
    });
  }

  /** What a reader should know: each a code, a level and a text. */
  get notes() {
    const { notes, free } = this.#combination;
    const found = [
      ...[...this.#notes, ...notes],
      ...this.#used.flatMap(([rate]) => rate.unsure.map((text) => ["unsure", text])),
      ...(free === undefined ? [] : [["free", free.text]]),
      ...this.#placeNotes(),
      ...this.#leftOut().map((text) => ["account", `${LEFT_OUT}: ${text}`]),
    ];
    if (this.#isBounded) found.push(["bounds", BOUNDS]);
    else if (this.amount.places === null) {
      const text = `the total is ${this.amount}, which has no finite decimal: shown to 20 places`;
      found.push(["inexact_decimal", text]);
    }
    const unique = new Map(found.map(([code, text]) => [`${code}: ${text}`, { code, text }]));
    return [...unique.values()].map(({ code, text }) => {
      return { code, level: NOTES.has(code) ? "note" : "warning", text };
    });
  }

  /** What belongs to an account and a period. */
  #leftOut() {
    const { account, ladders } = this.#combination;
    const open = ladders.filter(({ dimension }) => !this.#place?.counts.has(dimension));
    const texts = open.map(({ text }) => text);
    return [...account, ...texts, ...this.#used.flatMap(([rate]) => rate.account)];
  }

  #placeNotes() {
    const { counts, ladders } = this.#place ?? { counts: new Map(), ladders: [] };
    const unused = [...counts.keys()].filter(({ name }) => !ladders.some((one) => one.name === name));
    return unused.map(({ name }) => {
      return ["position", `the tiers of \`${name}\` do not count this request`];
    });
  }

  /** The bill at a place in what its account has used. `at` gives the combination of a point. */
  placedAt(counts, at) {
    if (this.#isBounded) {
      const message = "a sum that may lie on either side of a threshold has no single place in tiers";
      const help = "say on which side its requests are, with `each`";
      throw new PriceError("bad_position", message, { help });
    }
    this.#most = null;
    this.#amount = undefined;
    this.#place = { counts, ladders: laddersAt(this.#combination, counts), at };
    return this;
  }

  /** The bill with one note more. */
  noted(note) {
    this.#notes = [...this.#notes, note];
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
    const amounts = this.#isBounded ? { total: null, currency, low, high } : { total: low, currency };
    return { ...amounts, lines, notes };
  }
}
