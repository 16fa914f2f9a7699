// What requests of one point of the space pay: whether they exist, the rates of their meters, and
// what is beyond unit prices. `docs/compiled.md` says what each step means.

import { placeOf, PriceError } from "./errors.js";
import { written } from "./instants.js";
import { inScope, plural } from "./names.js";
import { grouped, money, ONE, Rational, ZERO } from "./rational.js";

const number = (text) => Rational.parse(text);

/** The leaf of a diagram at a point. */
export function leafAt({ nodes, leaves }, root, point) {
  while (root >= 0) root = nodes[root].to[point[nodes[root].axis]];
  return leaves[-1 - root];
}

/** The price of some unit after a step of a stack. */
function after(price, { kind, value }) {
  switch (kind) {
    case "factor":
      return price.times(value);
    case "add":
      return price.plus(value);
    case "at_least":
      return price.compare(value) < 0 ? value : price;
    default:
      return price.compare(value) > 0 ? value : price;
  }
}

export class Combination {
  /** Throws a `PriceError` where no such request can exist. */
  constructor(data, point) {
    this.data = data;
    this.point = point;
    this.model = data.models[point[0]];
    this.start = data.boundaries[point[1] - 1];
    this.rates = new Map();
    this.#exists();
    this.effects = new Map(); // the lines of each modifier that has effect
    this.silences = [];
    this.#refusals();
    const { decisions } = data;
    const held = (name) => this.#leaf(decisions[name]).map((index) => data[name][index]);
    this.free = held("free")[0];
    this.conversion = held("conversions")[0];
    this.remarks = held("notes");
    this.roundings = Object.fromEntries(held("roundings").map((one) => [one.stage, one]));
    this.extras = this.#extras();
    this.bounds = this.#bounds("request");
    this.currency = this.conversion?.currency ?? data.currency;
    this.exchange = this.conversion === undefined ? ONE : number(this.conversion.rate);
    this.notes = [...this.#notes()];
    this.account = this.#bounds("account").map(({ limit, line }) => {
      const kind = line.at_least ? "at least" : "at most";
      return `\`${limit.name}\`: ${kind} ${grouped(number(line.amount))} ${data.currency} per ${line.per}`;
    });
  }

  #leaf(root) {
    return leafAt(this.data.decisions, root, this.point);
  }

  #exists() {
    const { data, point, model, start } = this;
    if (start === undefined || start < model.released) {
      const message = `model \`${model.name}\` is not offered before ${written(model.released)}`;
      throw new PriceError("not_offered", message, { origin: model.origin });
    }
    for (const [index, dimension] of data.dimensions.entries()) {
      const number = point[2 + index];
      if (!this.#leaf(data.decisions.values[index][number]).length) {
        const { name, offers } = dimension.values[number];
        const message = `${dimension.name} \`${name}\` is not offered to this request`;
        throw new PriceError("not_offered", message, { origin: (offers[0] ?? dimension).origin });
      }
    }
  }

  #refusals() {
    const { data } = this;
    const refused = (code, reason, origin, rule = null) => {
      const source = data.sources.find(({ name }) => name === origin.source);
      return new PriceError(code, reason, { origin, rule, help: source && `see ${source.address}` });
    };
    for (const index of this.#leaf(data.decisions.refusals)) {
      const { text, origin } = data.refusals[index];
      throw refused("refused", text, origin);
    }
    for (const [kind, index] of data.stack) {
      if (kind !== "modifier") continue;
      const { name, lines: every } = data.modifiers[index];
      const lines = this.#leaf(data.decisions.modifiers[index]).map((tag) => every[tag]);
      if (!lines.length) continue;
      const { outcome, origin } = lines[0];
      if (outcome === "refuse") {
        throw refused("refused", origin.because ?? "this request cannot exist", origin, name);
      }
      if (outcome === "no_effect") this.silences.push(origin);
      else this.effects.set(index, lines);
    }
    for (const [index, exclusion] of data.exclusions.entries()) {
      if (this.#leaf(data.decisions.exclusions[index]).length && this.#meet(exclusion)) {
        const sides = [exclusion.left, ...(exclusion.right === undefined ? [] : [exclusion.right])];
        const rule = sides.map((side) => data.modifiers[side].name).join(" with ");
        const { origin } = exclusion;
        throw refused("excluded", origin.because ?? "these never meet", origin, rule);
      }
    }
  }

  #meet({ left, right }) {
    return this.effects.has(left) && (right === undefined || this.effects.has(right));
  }

  /** What is added once a request. */
  #extras() {
    const found = [];
    for (const [index, lines] of this.effects) {
      for (const { outcome, meters, amount, origin } of lines) {
        if (outcome !== "add" || meters.length || amount === undefined) continue;
        found.push({ rule: this.data.modifiers[index].name, value: number(amount), origin });
      }
    }
    return found;
  }

  /** The lines of limits that hold for a target. */
  #bounds(target) {
    return this.data.limits.flatMap((limit, index) =>
      this.#leaf(this.data.decisions.limits[index])
        .map((tag) => ({ limit, line: limit.lines[tag] }))
        .filter(({ line }) => line.target === target),
    );
  }

  // ---- the rate of a meter ----

  /** The rate of a meter by its index. Throws where it has none. */
  rate(index) {
    let found = this.rates.get(index);
    if (found === undefined) {
      found = this.#rate(index);
      this.rates.set(index, found);
    }
    return found;
  }

  #rate(index) {
    const { data } = this;
    const meter = data.meters[index];
    const offer = meter.offers.find(({ scope }) => inScope(scope, this.point));
    if (offer === undefined) throw notOffered(meter);
    const charge = data.charges.findIndex((one) => one.meter === index);
    const base = charge < 0 ? this.#listed(index) : this.#charged(meter, charge);
    const { size } = base;
    const steps = base.free === undefined ? [...this.#steps(index)] : [];
    let price = steps.reduce(after, base.price);
    const { unit_price: rounding } = this.roundings;
    if (rounding !== undefined) {
      const rounded = price.times(size).rounded(number(rounding.step), rounding.mode).over(size);
      if (!rounded.equals(price)) steps.push({ kind: "round", origin: rounding.origin });
      price = rounded;
    }
    const free = this.free === undefined ? base.free : this.free.text;
    const rested = [...base.origins, offer.origin, ...steps.map(({ origin }) => origin)];
    return {
      meter,
      price: free === undefined ? price : ZERO,
      minimum: base.minimum && number(base.minimum.quantity),
      notes: rested.flatMap(({ unsure }) => unsure ?? []),
      account: base.account,
      terms: {
        meter: meter.name,
        unit: meter.unit,
        unit_price: (free === undefined ? price : ZERO).times(this.exchange).decimal(),
        list_price: base.price.times(this.exchange).decimal(),
        factors: steps.filter(({ kind }) => kind === "factor").map(factorOf),
        model: this.model.name,
        source: base.origin.source ?? null,
        location: placeOf(base.origin),
        ...(free === undefined ? {} : { free }),
      },
    };
  }

  /** The price of a meter in the tables of rates. */
  #listed(index) {
    const { data, model } = this;
    const price = data.prices[this.#leaf(data.decisions.prices[index])[0]];
    if (price === undefined || price.kind === "absent") {
      const message = `\`${data.meters[index].name}\` has no price for \`${model.name}\` on this day`;
      throw new PriceError("not_offered", message, { origin: (price ?? model).origin });
    }
    const size = number(price.size);
    const found = { size, origin: price.origin, origins: [price.origin], account: [] };
    if (price.kind === "amount") return { ...found, price: number(price.amount).over(size) };
    const derivation = data.derivations[this.#leaf(data.decisions.derivations[index])[0]];
    const base = this.#listed(derivation.of);
    return {
      ...found,
      price: base.price.times(number(derivation.factor)),
      origins: [price.origin, ...base.origins, derivation.origin],
    };
  }

  /** The price of a meter that has a charge; what belongs to an account is only named. */
  #charged(meter, index) {
    const { charges, decisions } = this.data;
    const charge = charges[index];
    const [prices, minimums, pools, frees] = ["prices", "minimums", "pools", "free"].map(
      (part, place) => this.#leaf(decisions.charges[index][place]).map((tag) => charge[part][tag]),
    );
    const [first, minimum, free] = [prices.find(({ after }) => after === undefined), minimums[0], frees[0]];
    if (first === undefined && free === undefined) {
      const message = `\`${meter.name}\` has no price for this request`;
      throw new PriceError("not_offered", message, { origin: charge.origin });
    }
    const size = first === undefined ? ONE : number(first.size);
    const price = first === undefined ? ZERO : number(first.amount).over(size);
    const { origin } = first ?? free ?? charge;
    if (free !== undefined) {
      const reason = free.origin.because ?? charge.title;
      return { price, size, origin, minimum, free: reason, origins: [free.origin], account: [] };
    }
    const later = prices.filter(({ after }) => after !== undefined);
    const account = [
      ...pools.map((one) => `the first ${one.written} of \`${meter.name}\` free per ${one.account}`),
      ...later.map((one) => {
        const where = `${grouped(number(one.after))} ${plural(meter.unit)} per ${one.account}`;
        return `the price of \`${meter.name}\` after ${where}`;
      }),
    ];
    const origins = minimum === undefined ? [origin] : [origin, minimum.origin];
    return { price, size, origin, minimum, origins, account };
  }

  /** What the stack does to the price of a meter, in its order. */
  *#steps(meter) {
    const { data } = this;
    for (const [kind, index] of data.stack) {
      if (kind === "modifier") {
        const rule = data.modifiers[index].name;
        for (const { factors, meters, amount, size, origin } of this.effects.get(index) ?? []) {
          for (const [of, factor] of factors) {
            if (of === meter) yield { rule, kind: "factor", value: number(factor), origin };
          }
          if (meters.includes(meter) && amount !== undefined) {
            yield { rule, kind: "add", value: number(amount).over(number(size)), origin };
          }
        }
      } else {
        for (const tag of this.#leaf(data.decisions.limits[index])) {
          const { target, meters, at_least, amount, size, origin } = data.limits[index].lines[tag];
          if (target === "unit_price" && meters.includes(meter)) {
            const kind = at_least ? "at_least" : "at_most";
            yield { kind, value: number(amount).over(number(size)), origin };
          }
        }
      }
    }
  }

  // ---- beside the lines ----

  /** What a request pays beside its lines, which come to `subtotal`: extras, then floors and caps. */
  *beyondLines(subtotal) {
    if (this.free !== undefined) return;
    for (const { rule, value, origin } of this.extras) {
      const amount = this.roundedLine(value);
      subtotal = subtotal.plus(amount);
      yield { rule, amount, origin };
    }
    for (const { limit, line } of this.bounds) {
      const step = { kind: line.at_least ? "at_least" : "at_most", value: number(line.amount) };
      const amount = after(subtotal, step).minus(subtotal);
      if (amount.n === 0n) continue;
      subtotal = subtotal.plus(amount);
      yield { rule: limit.name, amount, origin: line.origin };
    }
  }

  roundedLine(amount) {
    const { line } = this.roundings;
    return line === undefined ? amount : amount.rounded(number(line.step), line.mode);
  }

  roundedTotal(amount) {
    const { total } = this.roundings;
    return total === undefined ? amount : amount.rounded(number(total.step), total.mode);
  }

  // ---- notes ----

  *#notes() {
    const { data, model, start, point } = this;
    const unsure = function* (...origins) {
      for (const origin of origins) {
        if (origin.unsure !== undefined) yield ["unsure", origin.unsure];
      }
    };
    if (model.retired !== undefined && start >= model.retired) {
      const day = written(model.retired);
      yield ["retired", `\`${model.name}\` was retired on ${day}: this is its last price`];
    }
    yield* unsure(model.origin);
    yield* this.#outsideTerm();
    yield* this.#announced();
    for (const { text, origin } of this.remarks) {
      yield ["remark", text];
      yield* unsure(origin);
    }
    for (const [index, dimension] of data.dimensions.entries()) {
      const { offers } = dimension.values[point[2 + index]];
      const held = offers.filter(({ scope }) => inScope(scope, point));
      if (held.length && held.every(({ origin }) => origin.unsure)) yield* unsure(held[0].origin);
    }
    yield* unsure(...this.silences, ...this.#amounts());
  }

  /** The origins of what an amount rests on beyond unit prices, and of what allows an exclusion. */
  *#amounts() {
    const { data, point } = this;
    const members = [...this.effects].sort(([left], [right]) => left - right);
    for (const { outcome, meters, origin } of members.flatMap(([, lines]) => lines)) {
      if (outcome === "add" && !meters.length) yield origin;
    }
    if (this.free !== undefined) yield this.free.origin;
    for (const { line } of this.bounds) yield line.origin;
    for (const stage of ["line", "total"]) {
      if (this.roundings[stage] !== undefined) yield this.roundings[stage].origin;
    }
    if (this.conversion !== undefined) yield this.conversion.origin;
    for (const exclusion of data.exclusions) {
      if (this.#meet(exclusion) && inScope(exclusion.scope, point)) {
        for (const { scope, origin } of exclusion.allowed) if (inScope(scope, point)) yield origin;
      }
    }
  }

  *#outsideTerm() {
    const { bases, name, term } = this.data;
    const [first, last] = term.map((at) => at ?? undefined);
    const outside = this.start < first || this.start >= last;
    if (!bases.length || !outside) return;
    const from = first === undefined ? [] : [`from ${written(first)}`];
    const before = last === undefined ? [] : [`before ${written(last)}`];
    const when = [...from, ...before].join(" ");
    const text = `outside the term of \`${name}\` (${when}): the prices of the book below hold`;
    yield ["outside_term", text];
  }

  *#announced() {
    const { announcements, meters, currency, worked_out } = this.data;
    const told = new Map();
    for (const { announcement, scope } of worked_out.announced) {
      if (!inScope(scope, this.point)) continue;
      const one = announcements[announcement];
      const key = JSON.stringify([one.start, one.announced, one.withdrawn, one.origin.because]);
      const price = `${meters[one.meter].name} ${money(number(one.amount), currency)} per ${one.per}`;
      told.set(key, { one, prices: [...(told.get(key)?.prices ?? []), price] });
    }
    for (const { one, prices } of told.values()) {
      const because = one.origin.because === undefined ? "" : `, ${one.origin.because}`;
      const [start, said, taken] = [one.start, one.announced, one.withdrawn].map(written);
      const text = `was to cost ${prices.join(", ")} from ${start}: announced ${said}, withdrawn ${taken}`;
      yield ["announced", `\`${this.model.name}\` ${text}${because}`];
    }
  }
}

/** The error of a meter that is not offered to a request. */
export function notOffered(meter) {
  const message = `meter \`${meter.name}\` is not offered to this request`;
  return new PriceError("not_offered", message, { origin: meter.origin });
}

function factorOf({ rule, value, origin }) {
  const source = origin.source ?? null;
  return { rule, factor: value.decimal(), source, location: placeOf(origin) };
}
