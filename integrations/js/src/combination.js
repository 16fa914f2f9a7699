// What all requests of one point of the space share: whether they exist, which rules decide them,
// and what they pay beside unit prices. `docs/compiled.md` says what each step means.

import { notOffered, PriceError } from "./errors.js";
import { inScope } from "./names.js";
import { rateOf, stepped } from "./rates.js";
import { number } from "./rational.js";

export class Combination {
  #rates = new Map();

  /** Throws a `PriceError` where no such request can exist. */
  constructor(data, point) {
    const { boundaries, decisions, limits, models, stack, worked_out } = data;
    this.data = data;
    this.point = point;
    this.model = models[point[0]];
    const { name, origin, released } = this.model;
    if (!(boundaries[point[1] - 1] >= released)) throw notOffered("model", name, origin);
    for (const [index, { name, values, origin }] of data.dimensions.entries()) {
      const number = point[2 + index];
      const { name: value, offers } = values[number];
      if (this.#leaf(decisions.values[index][number]).length) continue;
      throw notOffered(name, value, offers[0]?.origin ?? origin);
    }
    const here = (list) => list.filter((one) => this.#isAt(one.where));
    const [refusal] = here(worked_out.refusals);
    const { code, message, help } = refusal ?? {};
    if (refusal !== undefined) throw new PriceError(code, message, help, refusal);
    const all = (name) => this.held(decisions[name], data[name]);
    const lines = (kind, index) => {
      const { name: rule, lines: own } = data[kind][index];
      return this.held(decisions[kind][index], own).map((line) => ({ ...line, rule }));
    };
    /** The lines of modifiers and limits that hold, in the order of the stack. */
    this.stack = stack.flatMap(([kind, index]) => lines(`${kind}s`, index));
    const limited = limits.flatMap((_, index) => lines("limits", index));
    const bounds = limited.filter(({ target }) => target === "request");
    const extras = this.stack.filter(({ outcome, meters }) => outcome === "add" && !meters.length);
    [this.free] = all("free");
    this.beyond = this.free === undefined ? [...extras, ...bounds] : [];
    [this.conversion] = all("conversions");
    this.currency = this.conversion?.currency ?? data.currency;
    this.roundings = Object.fromEntries(all("roundings").map((one) => [one.stage, one]));
    const notes = [...here(worked_out.model_notes[point[0]]), ...here(worked_out.notes)];
    this.notes = notes.map(({ code, text }) => [code, text]);
    this.leftOut = here(worked_out.left_out);
  }

  #leaf(root) {
    const { nodes, leaves } = this.data.decisions;
    while (root >= 0) root = nodes[root].to[this.point[nodes[root].axis]];
    return leaves[-1 - root];
  }

  /** The rules of a list that decide, by the root of their diagram. */
  held(root, list) {
    return this.#leaf(root).map((tag) => list[tag]);
  }

  #isAt({ scope, leaves, outside }) {
    const has = (leaf, tags) =>
      tags.length ? leaf.some((tag) => tags.includes(tag)) : !leaf.length;
    return (
      inScope(scope, this.point) &&
      !outside.some((one) => inScope(one, this.point)) &&
      leaves.every(([root, tags]) => has(this.#leaf(root), tags))
    );
  }

  /** The rate of a meter by its index. Throws where it has none. */
  rate(index) {
    let found = this.#rates.get(index);
    if (found === undefined) {
      found = rateOf(this, index);
      this.#rates.set(index, found);
    }
    return found;
  }

  /** What a request pays beside its lines, which come to `subtotal`. */
  beyondLines(subtotal) {
    const found = this.beyond.map((line) => {
      const added = stepped(subtotal, line, number(line.amount)).minus(subtotal);
      const amount = line.outcome === "add" ? this.rounded("line", added) : added;
      subtotal = subtotal.plus(amount);
      return { line, amount };
    });
    return found.filter(({ line, amount }) => line.outcome === "add" || amount.n);
  }

  /** An amount after the rounding of a stage, where there is one. */
  rounded(stage, amount) {
    const rounding = this.roundings[stage];
    return rounding === undefined ? amount : amount.rounded(number(rounding.step), rounding.mode);
  }

  /** An amount of the book in the currency of the bill. */
  converted(amount) {
    return this.conversion === undefined ? amount : amount.times(number(this.conversion.rate));
  }
}
