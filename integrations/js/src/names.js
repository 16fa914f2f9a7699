// What the words of a request mean in a book: its model, the values of dimensions, quantities.

import { PriceError } from "./errors.js";
import { clockValue, written } from "./instants.js";
import { number, Rational } from "./rational.js";
import { shown } from "./texts.js";

const AMOUNT = /^([0-9][0-9,]*(?:\.[0-9]+)?)(?:\s+([A-Za-z_]+))?$/;
const MAX_DIGITS = 40;

/** Decides whether a scope holds at a point. */
export function inScope(scope, point) {
  for (const axis in scope) {
    const at = point[axis];
    if (!scope[axis].some(([first, last]) => first <= at && at <= last)) return false;
  }
  return true;
}

/** Decides whether one of some offers holds at a point. */
export const isOffered = ({ offers }, point) => offers.some(({ scope }) => inScope(scope, point));

export function unknown(kind, name, known, of = "") {
  const names = [...known];
  const help = names.length <= 12 ? `known: ${names.join(", ")}` : null;
  return new PriceError({ code: `unknown_${kind}`, message: `unknown ${kind} \`${shown(name)}\`${of}`, help });
}

const indices = (list) => new Map(list.map(({ name }, index) => [name, index]));

/** The names of a book. */
export class Names {
  constructor(data) {
    this.data = data;
    this.models = indices(data.models);
    this.meters = indices(data.meters);
    this.dimensions = indices(data.dimensions);
    this.values = data.dimensions.map(({ values }) => indices(values));
    this.defaults = data.dimensions.map((dimension) => dimension.default);
    this.aliases = new Map(data.aliases.map(({ name }) => [name, []]));
    for (const alias of data.aliases) this.aliases.get(alias.name).push(alias);
    const { families, words, sides } = data.worked_out;
    this.families = families.map(({ regex, ...one }) => ({ ...one, regex: new RegExp(`^(?:${regex})$`, "is") }));
    this.units = new Map(words.map(([word, index]) => [word, data.units[index]]));
    this.known = new Map(sides.map(([text, ...side]) => [text, side]));
  }

  /** The index of a model on a day, and the notes on the alias that named it. */
  model(name, seconds) {
    const index = this.models.get(name);
    if (index !== undefined) return { index, notes: [] };
    const named = this.aliases.get(name) ?? [];
    const holding = named.find(
      ({ start, end }) => (start ?? -Infinity) <= seconds && seconds < (end ?? Infinity),
    );
    if (holding !== undefined) {
      const doubts = named.filter(({ model, origin }) => model === holding.model && origin.unsure);
      return { index: holding.model, notes: doubts.map(({ origin }) => ["unsure", origin.unsure]) };
    }
    if (!named.length) return { index: this.#family(name), notes: [] };
    const message = `alias \`${name}\` stands for no model on ${written(seconds)}`;
    const help = `it stands for \`${this.data.models[named[0].model].name}\` at other times`;
    throw new PriceError({ code: "not_offered", message, help, origin: named[0].origin });
  }

  #family(name) {
    if (name === undefined || name === null) {
      throw new PriceError({ code: "bad_record", message: "the request names no model", help: "give `model`" });
    }
    const fits = this.families.filter(({ regex }) => typeof name === "string" && regex.test(name));
    const best = Math.max(...fits.map(({ rank }) => rank));
    const found = [...new Set(fits.filter(({ rank }) => rank === best).map(({ model }) => model))];
    if (found.length === 1) return found[0];
    if (!found.length) throw unknown("model", name, this.models.keys());
    const models = found.slice(0, 3).map((index) => `\`${this.data.models[index].name}\``);
    const message = `\`${shown(name)}\` may be ${models.join(" and ")}`;
    throw new PriceError({ code: "ambiguous_model", message, help: "name the model" });
  }

  /** The point of a request without the sides of sums. */
  point(model, stretch, said, seconds) {
    const point = [model, stretch, ...this.defaults];
    for (const name in said) {
      const value = said[name] ?? null;
      if (value === null) continue;
      const index = this.dimensions.get(name);
      if (index === undefined) throw unknown("dimension", name, this.dimensions.keys());
      const found = this.values[index].get(value);
      if (found === undefined) throw unknown("value", value, this.values[index].keys(), ` of ${name}`);
      point[2 + index] = found;
    }
    for (const week of this.data.worked_out.weeks) {
      const { name, values, default: usual } = this.data.dimensions[week.dimension];
      const axis = 2 + week.dimension;
      const before = point[axis];
      point[axis] = clockValue(week, seconds);
      if (!isOffered(values[point[axis]], point)) point[axis] = usual;
      if ((said[name] ?? null) !== null && before !== point[axis]) {
        const message = `${name} is set by the time of day, not by the record`;
        throw new PriceError({ code: "bad_record", message });
      }
    }
    return point;
  }

  /** The quantities of a request: uses by the index of their meter, in the order of the request. */
  uses(usage) {
    const found = new Map();
    const names = Object.keys(usage);
    for (const name of names) {
      const index = this.meters.get(name);
      if (index === undefined) throw unknown("meter", name, this.meters.keys());
      const value = usage[name] ?? null;
      if (value === null) continue;
      const every = Array.isArray(value) ? value : [value];
      found.set(index, every.map((one) => this.quantity(one, this.data.meters[index])));
    }
    if (!names.length || found.size) return found;
    const message = "no quantity of `usage` says what was used";
    throw new PriceError({ code: "bad_quantity", message, help: "leave out what was not used, or write 0" });
  }

  /** A quantity of a meter, in its unit. */
  quantity(value, meter) {
    const bad = (what) => {
      const message = `the quantity of \`${meter.name}\` \`${shown(value, 40)}\` ${what}`;
      const help = "give a whole number, or a text such as `1.5` or `90 minutes`";
      return new PriceError({ code: "bad_quantity", message, help });
    };
    let found;
    if (typeof value === "bigint") found = new Rational(value);
    else if (typeof value === "string") found = this.#ofText(value, meter, bad);
    else if (Number.isSafeInteger(value)) found = new Rational(BigInt(value));
    else throw bad(typeof value === "number" ? "is a binary float" : "is no quantity");
    if (found.n < 0n) throw bad("is negative");
    if (found.n >> 160n || found.d >> 160n) throw bad(`has more than ${MAX_DIGITS} digits`);
    if (meter.whole && found.n % found.d) throw bad(`is a part of a ${meter.unit}`);
    return found;
  }

  #ofText(text, meter, bad) {
    const match = text.length <= 100 ? AMOUNT.exec(text.trim()) : null;
    if (match === null || match[1].length > MAX_DIGITS) throw bad("is no quantity");
    const found = Rational.parse(match[1].replaceAll(",", ""));
    if (match[2] === undefined) return found;
    const unit = this.units.get(match[2]);
    if (unit?.kind !== meter.kind) throw bad(`is not counted as ${meter.unit}`);
    return found.times(number(unit.size)).over(number(meter.size));
  }

  /** What holds for each request of a sum: by sum, the points of its axis that are left. */
  sides(each) {
    const found = new Map();
    for (const text of each) {
      const [index, points] = this.known.get(typeof text === "string" ? text.replaceAll(",", "") : text) ?? [];
      const left = points?.filter((point) => found.get(index)?.includes(point) ?? true) ?? [];
      found.set(index, left);
      if (left.length) continue;
      const message = points
        ? `no request is \`${shown(text)}\` and what else \`each\` says`
        : `no rule of the book has the threshold \`${shown(text)}\``;
      throw new PriceError({ code: "bad_record", message });
    }
    return found;
  }
}
