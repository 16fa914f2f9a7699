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
  return new PriceError(`unknown_${kind}`, `unknown ${kind} \`${shown(name)}\`${of}`, help);
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
    this.families = families.map(({ regex, ...one }) => {
      return { ...one, regex: new RegExp(`^(?:${regex})$`, "is") };
    });
    this.units = new Map(words.map(([word, index]) => [word, data.units[index]]));
    this.known = new Map(sides.map(([text, ...side]) => [text, side]));
  }

  /** The index of a model on a day, and the notes on the alias that named it. */
  model(name, seconds) {
    const index = this.models.get(name);
    if (index !== undefined) return { index, notes: [] };
    const named = this.aliases.get(name) ?? [];
    if (!named.length) return { index: this.#family(name), notes: [] };
    const holds = ({ start = -Infinity, end = Infinity }) => start <= seconds && seconds < end;
    const found = named.find(holds);
    if (found === undefined) {
      const message = `alias \`${name}\` stands for no model on ${written(seconds)}`;
      throw new PriceError("not_offered", message, "it stands for one at other times", named[0]);
    }
    const doubts = named.filter(({ model, origin }) => model === found.model && origin.unsure);
    return { index: found.model, notes: doubts.map(({ origin }) => ["unsure", origin.unsure]) };
  }

  #family(name) {
    if ((name ?? null) === null) throw new PriceError("bad_record", "the request names no model");
    const isOf = ({ regex }) => typeof name === "string" && regex.test(name);
    const [best, ...others] = this.families.filter(isOf);
    if (best === undefined) throw unknown("model", name, this.models.keys());
    const rivals = others.filter(({ rank, model }) => rank === best.rank && model !== best.model);
    if (!rivals.length) return best.model;
    const names = [best, ...rivals].map(({ model }) => `\`${this.data.models[model].name}\``);
    const message = `\`${shown(name)}\` may be ${[...new Set(names)].join(" and ")}`;
    throw new PriceError("ambiguous_model", message, "name the model");
  }

  /** The point of a request without the sides of sums. */
  point(model, stretch, said, seconds) {
    const point = [model, stretch, ...this.defaults];
    for (const name in said) {
      const value = said[name] ?? null;
      if (value === null) continue;
      const index = this.dimensions.get(name);
      if (index === undefined) throw unknown("dimension", name, this.dimensions.keys());
      const known = this.values[index];
      if (!known.has(value)) throw unknown("value", value, known.keys(), ` of ${name}`);
      point[2 + index] = known.get(value);
    }
    for (const week of this.data.worked_out.weeks) {
      const { name, values, default: usual } = this.data.dimensions[week.dimension];
      const axis = 2 + week.dimension;
      const before = point[axis];
      point[axis] = clockValue(week, seconds);
      if (!isOffered(values[point[axis]], point)) point[axis] = usual;
      if ((said[name] ?? null) !== null && before !== point[axis]) {
        throw new PriceError("bad_record", `${name} is set by the time of day, not by the record`);
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
      const meter = this.data.meters[index];
      found.set(index, every.map((one) => this.quantity(one, meter))); // prettier-ignore
    }
    if (!names.length || found.size) return found;
    const message = "no quantity of `usage` says what was used";
    throw new PriceError("bad_quantity", message, "leave out what was not used, or write 0");
  }

  /** A quantity of a meter, in its unit. */
  quantity(value, meter) {
    const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
    const found = isWhole ? new Rational(BigInt(value)) : this.#ofText(value, meter);
    const isBad = found === null || found.n < 0n || (meter.whole && found.n % found.d);
    if (!isBad && !(found.n >> 160n) && !(found.d >> 160n)) return found;
    const message = `the quantity of \`${meter.name}\` is \`${shown(value, 40)}\``;
    const help = `give a whole number from 0 on, or text such as \`1.5\` or \`90 minutes\``;
    const unit = `it is counted in ${meter.whole ? "whole numbers of " : ""}\`${meter.unit}\``;
    throw new PriceError("bad_quantity", message, `${help}; ${unit}`);
  }

  #ofText(value, meter) {
    const isText = typeof value === "string" && value.length <= 100;
    const [, digits = "", word] = (isText && AMOUNT.exec(value.trim())) || [];
    const unit = word === undefined ? meter : this.units.get(word);
    if (!digits || digits.length > MAX_DIGITS || unit?.kind !== meter.kind) return null;
    const found = Rational.parse(digits.replaceAll(",", ""));
    return unit === meter ? found : found.times(number(unit.size)).over(number(meter.size));
  }

  /** What holds for each request of a sum: by sum, the points of its axis that are left. */
  sides(each) {
    const found = new Map();
    for (const text of each) {
      const [index, points = []] = this.known.get(shown(text).replaceAll(",", "")) ?? [];
      const left = points.filter((point) => found.get(index)?.includes(point) ?? true);
      found.set(index, left);
      const message = `no request can be \`${shown(text)}\` and what else \`each\` says`;
      const known = [...this.known.keys()].join(", ");
      if (!left.length) throw new PriceError("bad_record", message, `the book knows: ${known}`);
    }
    return found;
  }
}
