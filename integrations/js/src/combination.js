// What all requests of one point of the space share: whether they exist, which rules decide them,
// and what they pay beside unit prices. `docs/compiled.md` says what each step means.

import { PriceError } from "./errors.js";
import { written } from "./instants.js";
import { inScope } from "./names.js";
import { notesOf } from "./notes.js";
import { isExtra, rateOf, stepped } from "./rates.js";
import { number, ONE } from "./rational.js";

export class Combination {
  /** Throws a `PriceError` where no such request can exist. */
  constructor(data, point) {
    this.data = data;
    this.point = point;
    this.model = data.models[point[0]];
    this.start = data.boundaries[point[1] - 1]; // of the stretch of time
    this.#checkExists();
    this.effects = new Map(); // the lines of each modifier that has effect
    this.silences = []; // the lines of those that change nothing
    this.#checkAllowed();
    const all = (name) => this.held(data.decisions[name], data[name]);
    [this.free] = all("free");
    [this.conversion] = all("conversions");
    this.remarks = all("notes");
    this.roundings = Object.fromEntries(all("roundings").map((one) => [one.stage, one]));
    this.extras = [...this.effects].flatMap(([index, lines]) =>
      lines.filter(isExtra).map((line) => ({ rule: data.modifiers[index].name, line })),
    );
    const limits = data.limits.flatMap(({ name, lines }, index) =>
      this.held(data.decisions.limits[index], [...lines.entries()]).map(([number, line]) => {
        return { rule: name, line, text: data.leftOut.get(`limit ${index} ${number}`) };
      }),
    );
    this.bounds = limits.filter(({ line }) => line.target === "request");
    this.account = limits.flatMap(({ text }) => text ?? []);
    this.ladders = this.#ladders();
    this.currency = this.conversion?.currency ?? data.currency;
    this.exchange = this.conversion === undefined ? ONE : number(this.conversion.rate);
    const beyond = this.extras.length + this.bounds.length;
    /** Decides whether an amount is nothing but quantities times unit prices. */
    this.isPlain = !beyond && !this.roundings.line && !this.roundings.total;
    this.notes = [...notesOf(this)];
    this.rates = new Map();
  }

  /** The rules of a list that decide, by the root of their diagram. */
  held(root, list) {
    const { nodes, leaves } = this.data.decisions;
    while (root >= 0) root = nodes[root].to[this.point[nodes[root].axis]];
    return leaves[-1 - root].map((tag) => list[tag]);
  }

  /** The rate of a meter by its index. Throws where it has none. */
  rate(index) {
    let found = this.rates.get(index);
    if (found === undefined) {
      found = rateOf(this, index);
      this.rates.set(index, found);
    }
    return found;
  }

  #checkExists() {
    const { data, point, model, start } = this;
    if (start === undefined || start < model.released) {
      const message = `model \`${model.name}\` is not offered before ${written(model.released)}`;
      throw new PriceError("not_offered", message, { origin: model.origin });
    }
    for (const [index, dimension] of data.dimensions.entries()) {
      const value = point[2 + index];
      if (!this.held(data.decisions.values[index][value], []).length) {
        const { name, offers } = dimension.values[value];
        const message = `${dimension.name} \`${name}\` is not offered to this request`;
        throw new PriceError("not_offered", message, { origin: (offers[0] ?? dimension).origin });
      }
    }
  }

  /** Parts the modifiers into effects and silences. Throws where a rule refuses the request. */
  #checkAllowed() {
    const { data } = this;
    for (const { text, origin } of this.held(data.decisions.refusals, data.refusals)) {
      throw this.#refused("refused", text, origin);
    }
    for (const [kind, index] of data.stack) {
      if (kind !== "modifier") continue;
      const { name, lines } = data.modifiers[index];
      const deciding = this.held(data.decisions.modifiers[index], lines);
      if (!deciding.length) continue;
      const [{ outcome, origin }] = deciding;
      if (outcome === "refuse") {
        throw this.#refused("refused", origin.because ?? "this request cannot exist", origin, name);
      }
      if (outcome === "no_effect") this.silences.push(deciding[0]);
      else this.effects.set(index, deciding);
    }
    for (const [index, exclusion] of data.exclusions.entries()) {
      if (!this.held(data.decisions.exclusions[index], []).length || !this.meet(exclusion)) continue;
      const { left, right, origin } = exclusion;
      const names = [left, right ?? []].flat().map((side) => data.modifiers[side].name);
      const reason = origin.because ?? "these never meet";
      throw this.#refused("excluded", reason, origin, names.join(" with "));
    }
  }

  /** Decides whether all modifiers of an exclusion have effect. */
  meet({ left, right }) {
    return this.effects.has(left) && (right === undefined || this.effects.has(right));
  }

  #refused(code, reason, origin, rule = null) {
    const source = this.data.sources.find(({ name }) => name === origin.source);
    const help = source === undefined ? null : `see ${source.address}`;
    return new PriceError(code, reason, { origin, rule, help });
  }

  /** The ladders that count the request at their first tier, in words. */
  #ladders() {
    const { dimensions, leftOut } = this.data;
    const found = [...dimensions.entries()].filter(([index, { ladder, default: first }]) => {
      return ladder && this.point[2 + index] === first && inScope(ladder.scope, this.point);
    });
    return found.map(([index, dimension]) => ({ dimension, text: leftOut.get(`tiers ${index} 0`) }));
  }

  /** What a request pays beside its lines, which come to `subtotal`: extras, then floors and caps. */
  *beyondLines(subtotal) {
    if (this.free !== undefined) return;
    for (const { rule, line } of this.extras) {
      const amount = this.rounded("line", number(line.amount));
      subtotal = subtotal.plus(amount);
      yield { rule, amount, origin: line.origin };
    }
    for (const { rule, line } of this.bounds) {
      const kind = line.at_least ? "at_least" : "at_most";
      const amount = stepped(subtotal, { kind, value: number(line.amount) }).minus(subtotal);
      subtotal = subtotal.plus(amount);
      if (amount.n) yield { rule, amount, origin: line.origin };
    }
  }

  /** An amount after the rounding of a stage, where there is one. */
  rounded(stage, amount) {
    const { step, mode } = this.roundings[stage] ?? {};
    return step === undefined ? amount : amount.rounded(number(step), mode);
  }
}
