// The bill of a request: its lines, their sum, and what a reader should know.

import { placeOf, PriceError } from "./errors.js";
import { ZERO } from "./rational.js";

const LEFT_OUT = "not included (applied per account and period by `invoice`)";
const BOUNDS =
  "the record adds up several requests: each may be on either side of a threshold, or at any hour; the lines are those of the low figure";
const NOTES = new Set(["account", "announced", "free", "inexact_decimal", "long_window"]);
for (const code of ["no_date", "outside_term", "remark", "retired"]) NOTES.add(code);

export class Bill {
  #combination;
  #amounts;
  #notes;
  #rates;

  /** Throws where a meter that is used has no price. */
  constructor(combination, uses, { at, notes }) {
    this.#combination = combination;
    this.#notes = notes;
    this.at = at;
    const used = [...uses].filter(([, quantities]) => quantities.some(({ n }) => n > 0n));
    const priced = used.map(([index, quantities]) => [combination.rate(index), quantities]);
    const rated = priced.map(([rate, quantities]) => this.#line(rate, quantities));
    this.#rates = rated.map(({ rate }) => rate);
    const subtotal = rated.reduce((sum, { amount }) => sum.plus(amount), ZERO);
    this.#amounts = [...rated, ...combination.beyondLines(subtotal)].map((line) => {
      return { ...line, amount: line.amount.times(combination.exchange) };
    });
    const sum = this.#amounts.reduce((found, { amount }) => found.plus(amount), ZERO);
    /** The exact amount; of a record that has bounds, the low one. */
    this.amount = combination.roundedTotal(sum);
    /** The most that a record can cost that has bounds. */
    this.most = this.amount;
  }

  #line(rate, quantities) {
    const { minimum } = rate;
    const billed = quantities
      .filter(({ n }) => n > 0n)
      .map((use) => (minimum !== undefined && use.compare(minimum) < 0 ? minimum : use))
      .reduce((sum, use) => sum.plus(use), ZERO);
    return { rate, billed, amount: this.#combination.roundedLine(billed.times(rate.price)) };
  }

  get currency() {
    return this.#combination.currency;
  }

  /** The amount as a decimal: exact, or rounded half even to 20 places, which a note says. */
  get total() {
    if (!this.#isBounded) return this.amount.decimal();
    const help = "ask for `low` and `high`";
    throw new PriceError("range", "the record has no single amount", { help });
  }

  get low() {
    return this.amount.decimal();
  }

  get high() {
    return this.most.decimal();
  }

  get #isBounded() {
    return !this.amount.equals(this.most);
  }

  /** The lines, in the order of the request. */
  get lines() {
    return this.#amounts.map(({ rate, billed, amount, rule, origin }) => {
      const shown = amount.decimal();
      if (rate !== undefined) return { ...rate.terms, quantity: billed.decimal(), amount: shown };
      const terms = { meter: rule, unit: "request", unit_price: shown, list_price: shown, factors: [] };
      const place = { source: origin.source ?? null, location: placeOf(origin) };
      const model = this.#combination.model.name;
      return { ...terms, model, ...place, quantity: "1", amount: shown };
    });
  }

  /** What a reader should know: each a code, a level and a text. */
  get notes() {
    const { notes, free, account } = this.#combination;
    const found = [
      ...[...this.#notes, ...notes],
      ...this.#rates.flatMap((rate) => rate.notes.map((text) => ["unsure", text])),
      ...(free === undefined ? [] : [["free", free.text]]),
      ...[...account, ...this.#rates.flatMap((rate) => rate.account)].map((text) => {
        return ["account", `${LEFT_OUT}: ${text}`];
      }),
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

  /** The bill with one note more. */
  noted(note) {
    this.#notes = [...this.#notes, note];
    return this;
  }

  /** The bill of a record that costs up to another amount. */
  bounded(most) {
    this.most = most;
    return this;
  }

  /** The bill as `pricelang price --json` prints it. */
  toJSON() {
    const { currency, lines, notes, low, high } = this;
    const amounts = this.#isBounded ? { total: null, currency, low, high } : { total: low, currency };
    return { ...amounts, lines, notes };
  }
}
