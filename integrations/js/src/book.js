// A compiled book that prices requests. `docs/compiled.md` says what each step means.

import { Bill } from "./bill.js";
import { Combination } from "./combination.js";
import { notOffered, PriceError } from "./errors.js";
import { DAY, isDay, secondsOf, turnsOfDay, written } from "./instants.js";
import { inScope, isOffered, Names } from "./names.js";
import { countsOf } from "./positions.js";
import { number, ZERO } from "./rational.js";
import { checked } from "./request.js";
import { filled, grouped } from "./texts.js";

const MAX_KEPT = 20_000;

export class Book {
  #data;
  #names;
  #texts;
  #combinations = new Map();

  constructor(data) {
    this.#data = data;
    this.#names = new Names(data);
    this.#texts = new Map(data.worked_out.texts);
    for (const name of ["name", "title", "currency", "digest"]) this[name] = data[name];
    this.meters = data.meters.map(({ name, unit }) => ({ name, unit }));
    this.dimensions = data.dimensions.map(({ name, values, default: usual, clocked }) => {
      const names = values.map((value) => value.name);
      return { name, values: names, default: names[usual], clocked };
    });
  }

  /** The names of the models, or of those that are released at an instant. */
  models(at) {
    const seconds = at === undefined ? Infinity : secondsOf(at);
    return this.#data.models.filter(({ released }) => released <= seconds).map(({ name }) => name);
  }

  /** What a request costs. Throws a `PriceError`. */
  price(request) {
    const asked = checked(request);
    const isDated = asked.at !== null;
    asked.at ??= this.#present();
    const bill = this.#price(asked);
    if (Object.keys(asked.position).length) {
      const counts = countsOf(this.#names, asked.position);
      bill.placedAt(counts, (point) => this.#combination(point, []));
    }
    return isDated ? bill : bill.noted("no_date", { day: written(bill.at) });
  }

  /** The amount alone, as a decimal. Throws as `price` does. */
  total(request) {
    return this.price(request).total;
  }

  /** The present day, or the present instant where the time of day matters. */
  #present() {
    const { boundaries, worked_out } = this.#data;
    const seconds = Math.floor(Date.now() / 1000);
    const midnight = seconds - (seconds % DAY);
    const isParted = boundaries.some((at) => midnight < at && at < midnight + DAY);
    return isParted || worked_out.weeks.length ? seconds : midnight;
  }

  #price(asked) {
    if (asked.record === "sum") return this.#sum(asked);
    if (this.#data.worked_out.weeks.length && isDay(asked.at)) return this.#anyTime(asked);
    const context = this.#context(asked);
    const { point, at } = context;
    const uses = this.#names.uses(asked.usage);
    const combination = this.#combination([...point, ...this.#sides(uses)], uses);
    const holds = ({ start, end = Infinity, scope }) =>
      start <= at && at < end && inScope(scope, point);
    const limits = asked.limits ? this.#data.worked_out.request_limits : [];
    for (const { meters, models, too_long } of limits) {
      const limit = models[point[0]].find(holds);
      const amount = limit === undefined ? ZERO : totalOf(uses, meters);
      if (amount.n && amount.compare(number(limit.most)) > 0) {
        return this.#longer(asked, limit, amount, { too_long, model: combination.model.name });
      }
    }
    return new Bill(combination, uses, context);
  }

  /** A request beyond a limit, in the only window that holds it. Throws where none does. */
  #longer(asked, { most, wider, figure }, amount, { too_long, model }) {
    const values = { ...wider, model, amount: grouped(amount), most: grouped(number(most)) };
    const isUnsaid = wider && (asked.dimensions[wider.dimension] ?? null) === null;
    const isOver = (limit) => amount.compare(number(limit)) > 0;
    if (isUnsaid && isOver(wider.over) && !isOver(wider.up_to)) {
      const dimensions = { ...asked.dimensions, [wider.dimension]: wider.value };
      return this.#price({ ...asked, dimensions }).noted("long_window", values);
    }
    const help = 'several requests together are a sum: `record: "sum"`';
    throw new PriceError("too_long", filled(too_long, values), help, this.#data.figures[figure]);
  }

  /** A request of a day that costs the same at any time of it. */
  #anyTime(asked) {
    const midnight = secondsOf(asked.at);
    const turns = turnsOfDay(this.#data.worked_out.weeks, this.#data.boundaries, midnight);
    const found = outcomes(turns, (at) => this.#price({ ...asked, at }));
    const texts = found.map(({ message, amount, currency }) => message ?? `${amount} ${currency}`);
    if (new Set(texts).size === 1) return thrown(found[0]);
    const day = written(midnight);
    const message = `the price on ${day} depends on the time of day, which the request lacks`;
    const help = `give the instant in UTC, such as \`${day}T12:30:00Z\``;
    throw new PriceError("no_time_of_day", message, help);
  }

  /** A record that adds up several requests: each may be on either side of every threshold, and
   *  at any hour. */
  #sum(asked) {
    const { dimensions } = this.#data;
    const said = this.#names.sides(asked.each);
    const context = this.#context(asked);
    const uses = this.#names.uses(asked.usage);
    const choices = context.point.map((at, axis) => {
      const { clocked, values } = dimensions[axis - 2] ?? {};
      return clocked ? [...values.keys()] : [at];
    });
    for (const [index, most] of this.#sides(uses).entries()) {
      const open = said.get(index) ?? [...Array(most + 1).keys()];
      const within = open.filter((side) => side <= most);
      choices.push(within.length ? within : open);
    }
    const points = product(choices).filter((point) =>
      dimensions.every(
        ({ clocked, values }, index) => !clocked || isOffered(values[point[2 + index]], point),
      ),
    );
    const priced = (point) => new Bill(this.#combination(point, uses), uses, context);
    const found = outcomes(points, priced);
    const bills = found.filter((one) => one instanceof Bill);
    bills.sort((left, right) => left.amount.compare(right.amount));
    return bills.length ? bills[0].bounded(bills.at(-1).amount) : thrown(found[0]);
  }

  /** The point of a request without the sides of sums, and what is doubtful about its names. */
  #context({ model, at, dimensions, limits }) {
    const { boundaries, worked_out } = this.#data;
    const seconds = secondsOf(at);
    for (const { dimension, value, needs } of limits ? worked_out.unsaid : []) {
      if (dimensions[dimension] !== value || (dimensions[needs] ?? null) !== null) continue;
      const message = `the request does not say its \`${needs}\`, and its price may depend on it`;
      throw new PriceError("unsaid", message, `give \`${needs}\``);
    }
    const { index, notes } = this.#names.model(model, seconds);
    const stretch = boundaries.findLastIndex((start) => start <= seconds) + 1;
    const point = this.#names.point(index, stretch, dimensions, seconds);
    const [start, text] = (limits && worked_out.beyond_reading) || [Infinity];
    if (seconds >= start) notes.push(["beyond_reading", text]);
    return { at: seconds, point, notes, texts: this.#texts };
  }

  /** The point on the axis of each sum that quantities fall on. */
  #sides(uses) {
    return this.#data.sums.map(({ meters, limits }) => {
      const amount = totalOf(uses, meters);
      return limits.filter((limit) => amount.compare(number(limit)) > 0).length;
    });
  }

  /** The combination of a point. Throws where none of some uses exists there. */
  #combination(point, uses) {
    const key = point.join();
    let found = this.#combinations.get(key);
    if (found === undefined) {
      [found] = outcomes([point], () => new Combination(this.#data, point));
      if (this.#combinations.size >= MAX_KEPT) this.#combinations.clear();
      this.#combinations.set(key, found);
    }
    // What does not exist comes before what is refused.
    const isRefused = found instanceof PriceError && found.code !== "not_offered";
    for (const [index, quantities] of isRefused ? uses : []) {
      const meter = this.#data.meters[index];
      if (isOffered(meter, point) || quantities.every(({ n }) => !n)) continue;
      throw notOffered("meter", meter.name, meter.origin);
    }
    return thrown(found);
  }
}

/** What some meters have together. */
function totalOf(uses, meters) {
  let found = ZERO;
  for (const meter of meters) for (const use of uses.get(meter) ?? []) found = found.plus(use);
  return found;
}

/** What comes of each of some things, or the error of one that has no price. */
function outcomes(things, priced) {
  return things.map((thing) => {
    try {
      return priced(thing);
    } catch (error) {
      return error instanceof PriceError ? error : thrown(error);
    }
  });
}

/** A value that is no error. */
function thrown(found) {
  if (found instanceof Error) throw found;
  return found;
}

/** Every choice of one of each. */
function product(choices) {
  const more = (found, values) => found.flatMap((before) => values.map((one) => [...before, one]));
  return choices.reduce(more, [[]]);
}
