// What the words of a request mean in a book: its model, the values of dimensions, quantities.

import { PriceError, shown } from "./errors.js";
import { clockValue, written } from "./instants.js";
import { Rational } from "./rational.js";
import { isObject } from "./request.js";

const AMOUNT = /^([0-9][0-9,]*(?:\.[0-9]+)?)(?:\s+([A-Za-z_]+))?$/;
const SIDE = /^([A-Za-z0-9_ +]+?) (over|up to) ([0-9][0-9,]*)$/;
const MAX_DIGITS = 40;
const NONE = [];

/** Decides whether a scope holds at a point. */
export function inScope(scope, point) {
  for (const axis in scope) {
    const at = point[axis];
    if (!scope[axis].some(([first, last]) => first <= at && at <= last)) return false;
  }
  return true;
}

/** How many of some ascending numbers are at or before another. */
export function countUpTo(numbers, most) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function unknown(kind, name, known, of = "") {
  const names = [...known];
  return new PriceError(`unknown_${kind}`, `unknown ${kind} \`${shown(name)}\`${of}`, {
    help: names.length <= 12 ? `known: ${names.join(", ")}` : null,
  });
}

/** The names of a book. */
export class Names {
  constructor(data) {
    this.data = data;
    this.models = new Map(data.models.map((model, index) => [model.name, index]));
    this.meters = new Map(data.meters.map((meter, index) => [meter.name, index]));
    this.dimensions = new Map(
      data.dimensions.map((dimension, index) => [
        dimension.name,
        { index, values: new Map(dimension.values.map((value, number) => [value.name, number])) },
      ]),
    );
    this.aliases = new Map(data.aliases.map(({ name }) => [name, []]));
    for (const alias of data.aliases) this.aliases.get(alias.name).push(alias);
    this.patterns = data.aliases.filter((alias) => alias.pattern).map(familyOf);
  }

  /** The index of a model on a day, and the alias that named it. */
  model(name, seconds) {
    if (name === undefined || name === null) {
      throw new PriceError("bad_record", "the request names no model", { help: "give `model`" });
    }
    const index = this.models.get(name);
    if (index !== undefined) return { index, doubts: NONE };
    const { models } = this.data;
    const named = this.aliases.get(name) ?? [];
    const holding = named.find(
      ({ start, end }) => (start ?? -Infinity) <= seconds && seconds < (end ?? Infinity),
    );
    if (holding !== undefined) {
      const doubts = named.filter((alias) => alias.model === holding.model);
      return { index: holding.model, doubts: doubts.flatMap(({ origin }) => origin.unsure ?? []) };
    }
    if (named.length) {
      const message = `alias \`${name}\` stands for no model on ${written(seconds)}`;
      const help = `it stands for \`${models[named[0].model].name}\` at other times`;
      throw new PriceError("not_offered", message, { origin: named[0].origin, help });
    }
    return { index: this.#family(name), doubts: [] };
  }

  #family(name) {
    const fits = this.patterns.filter(({ regex }) => typeof name === "string" && regex.test(name));
    const best = Math.max(...fits.map(({ rank }) => rank));
    const found = [...new Set(fits.filter(({ rank }) => rank === best).map(({ model }) => model))];
    if (found.length === 1) return found[0];
    if (found.length) {
      const models = found.slice(0, 3).map((index) => `\`${this.data.models[index].name}\``);
      const message = `\`${shown(name)}\` may be ${models.join(" and ")}`;
      throw new PriceError("ambiguous_model", message, { help: "name the model" });
    }
    throw unknown("model", name, this.models.keys());
  }

  /** The value of each dimension at an instant. */
  values(model, stretch, said, seconds) {
    const { dimensions } = this.data;
    const values = dimensions.map((dimension) => dimension.default);
    for (const [name, value] of Object.entries(said)) {
      if (value === undefined || value === null) continue;
      const known = this.dimensions.get(name);
      if (known === undefined) throw unknown("dimension", name, this.dimensions.keys());
      const number = known.values.get(value);
      if (number === undefined) throw unknown("value", value, known.values.keys(), ` of ${name}`);
      values[known.index] = number;
    }
    for (const [index, dimension] of dimensions.entries()) {
      if (!dimension.clocked) continue;
      const point = [model, stretch, ...values];
      point[2 + index] = clockValue(dimension, seconds);
      const offered = dimension.values[point[2 + index]].offers.some(({ scope }) =>
        inScope(scope, point),
      );
      const now = offered ? point[2 + index] : dimension.default;
      if ((said[dimension.name] ?? null) !== null && values[index] !== now) {
        const message = `${dimension.name} is set by the time of day, not by the record`;
        throw new PriceError("bad_record", message);
      }
      values[index] = now;
    }
    return values;
  }

  /** The quantities of a request: uses by the index of their meter, in the order of the request. */
  uses(usage) {
    if (!isObject(usage)) {
      throw new PriceError("bad_record", "`usage` is not a map of meters to quantities");
    }
    const found = new Map();
    const names = Object.keys(usage);
    for (const name of names) {
      const index = this.meters.get(name);
      if (index === undefined) throw unknown("meter", name, this.meters.keys());
      const value = usage[name];
      if (value === undefined || value === null) continue;
      const meter = this.data.meters[index];
      const read = (one) => quantityOf(one, meter, this.data.units);
      found.set(index, Array.isArray(value) ? value.map(read) : [read(value)]);
    }
    if (names.length && !found.size) {
      const help = "leave out what was not used, or write 0";
      throw new PriceError("bad_quantity", "no quantity of `usage` says what was used", { help });
    }
    return found;
  }

  /** What holds for each request of a sum: by sum, the points of its axis that are left. */
  sides(each) {
    const found = new Map();
    for (const text of each) {
      const match = typeof text === "string" && text.length < 200 ? SIDE.exec(text) : null;
      const limit = match === null ? null : Rational.parse(match[3].replaceAll(",", ""));
      const index = this.data.sums.findIndex(
        (sum) => match !== null && sum.label === match[1] && sum.limits.includes(String(limit)),
      );
      if (index < 0) {
        const message = `no rule of the book has the threshold \`${shown(text)}\``;
        throw new PriceError("bad_record", message);
      }
      const { limits } = this.data.sums[index];
      const place = limits.indexOf(String(limit)) + 1;
      const holds = (point) => (match[2] === "over" ? point >= place : point < place);
      const left = found.get(index) ?? [...limits.keys(), limits.length];
      found.set(index, left.filter(holds));
      if (!found.get(index).length) {
        const message = `no request is \`${shown(text)}\` and what else \`each\` says`;
        throw new PriceError("bad_record", message);
      }
    }
    return found;
  }
}

/** A pattern of ids: `*` stands for any characters but `/`, `#` for a digit. */
function familyOf({ name, model }) {
  const parts = { "*": "[^/]*", "#": "[0-9]" };
  const source = name.replace(/[^A-Za-z0-9]/g, (letter) => parts[letter] ?? `\\${letter}`);
  const digits = name.split("#").length - 1;
  const rank = 1000 * name.replace(/[*#]/g, "").length + digits;
  return { regex: new RegExp(`^${source}$`, "is"), rank, model };
}

/** The singular of a unit's name. */
function singular(name) {
  if (/(?:ch|sh|ss|x)es$/.test(name)) return name.slice(0, -2);
  if (/[^aeious]ies$/.test(name)) return `${name.slice(0, -3)}y`;
  return name.endsWith("s") && !name.endsWith("ss") && name.length > 2 ? name.slice(0, -1) : name;
}

/** The plural of a unit's name. */
function plural(name) {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return name + (/(?:ch|sh|s|x)$/.test(name) ? "es" : "s");
}

/** A quantity of a meter, in its unit. */
export function quantityOf(value, meter, units) {
  const bad = (what) =>
    new PriceError("bad_quantity", `the quantity of \`${meter.name}\` ${what}`, {
      help: "give a whole number, or a text such as `1.5` or `90 minutes`",
    });
  let found;
  if (typeof value === "bigint") found = new Rational(value);
  else if (typeof value === "string") found = ofText(value, meter, units, bad);
  else if (typeof value !== "number") throw bad(`is \`${shown(value, 40)}\``);
  else if (Number.isSafeInteger(value)) found = new Rational(BigInt(value));
  else throw bad(`is \`${value}\`, a binary float`);
  if (found.n < 0n) throw bad(`is negative: \`${shown(value, 40)}\``);
  if (found.n >> 160n || found.d >> 160n) throw bad(`has more than ${MAX_DIGITS} digits`);
  if (meter.whole && found.d !== 1n) {
    throw bad(`is \`${shown(value, 40)}\`, and ${plural(meter.unit)} are counted in whole numbers`);
  }
  return found;
}

function ofText(text, meter, units, bad) {
  const match = text.length <= 100 ? AMOUNT.exec(text.trim()) : null;
  if (match === null || match[1].length > MAX_DIGITS) throw bad(`is \`${shown(text, 40)}\``);
  const number = Rational.parse(match[1].replaceAll(",", ""));
  if (match[2] === undefined) return number;
  const unit = units.find(({ name }) => name === match[2] || name === singular(match[2]));
  if (unit === undefined) throw bad(`has the unknown unit \`${match[2]}\``);
  if (unit.kind !== meter.kind) {
    throw bad(`is in ${match[2]}, but is counted in ${plural(meter.unit)}`);
  }
  return number.times(Rational.parse(unit.size)).over(Rational.parse(meter.size));
}
