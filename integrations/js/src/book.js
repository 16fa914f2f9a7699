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
  }

  get meters() {
    return this.#data.meters.map(({ name, unit }) => ({ name, unit }));
  }

  get dimensions() {
    return this.#data.dimensions.map(({ name, values, default: usual, clocked }) => {
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
    const bill = this.#price({ ...asked, at: asked.at ?? this.#present() });
    if (Object.keys(asked.position).length) {
      bill.placedAt(countsOf(this.#names, asked.position), (point) => this.#combination(point, []));
    }
    return asked.at === null ? bill.noted("no_date", { day: written(bill.at) }) : bill;
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
    for (const limits of asked.limits ? this.#data.worked_out.request_limits : []) {
      const limit = limits.models[point[0]].find(
        ({ start, end = Infinity, scope }) => start <= at && at < end && inScope(scope, point),
      );
      const amount = totalOf(uses, limits.meters);
      if (limit && amount.compare(number(limit.most)) > 0) return this.#wider(asked, limits, limit, amount, point);
    }
    return new Bill(combination, uses, context);
  }

  /** A request that is longer than a limit, in the only window that holds it. Throws where none does. */
  #wider(asked, { too_long }, { most, wider, figure }, amount, [model]) {
    const { figures, models } = this.#data;
    const shown = { amount: grouped(amount), most: grouped(number(most)), model: models[model].name, ...wider };
    const fits =
      wider !== undefined &&
      (asked.dimensions[wider.dimension] ?? null) === null &&
      amount.compare(number(wider.over)) > 0 &&
      amount.compare(number(wider.up_to)) <= 0;
    if (!fits) {
      const message = filled(too_long, shown);
      const help = 'several requests together are a sum: `record: "sum"`';
      throw new PriceError({ code: "too_long", message, help, origin: figures[figure].origin });
    }
    const dimensions = { ...asked.dimensions, [wider.dimension]: wider.value };
    return this.#price({ ...asked, dimensions }).noted("long_window", shown);
  }

  /** A request of a day that costs the same at any time of it. */
  #anyTime(asked) {
    const midnight = secondsOf(asked.at);
    const turns = turnsOfDay(this.#data.worked_out.weeks, this.#data.boundaries, midnight);
    const { bills, errors } = collected(turns, (at) => this.#price({ ...asked, at }));
    const alike = (values) => new Set(values).size === 1;
    if (!bills.length && alike(errors.map(({ message }) => message))) throw errors[0];
    if (!errors.length && alike(bills.map((bill) => `${bill.amount} ${bill.currency}`))) return bills[0];
    const day = written(midnight);
    const message = `the price on ${day} depends on the time of day, and the request has only the day`;
    const help = `give the instant in UTC, such as \`${day}T12:30:00Z\``;
    throw new PriceError({ code: "no_time_of_day", message, help });
  }

  /** A record that adds up several requests: each may be on either side of every threshold. */
  #sum(asked) {
    const said = this.#names.sides(asked.each);
    const context = this.#context(asked);
    const uses = this.#names.uses(asked.usage);
    const choices = this.#sides(uses).map((most, index) => {
      const open = said.get(index) ?? [...Array(most + 1).keys()];
      const within = open.filter((side) => side <= most);
      return within.length ? within : open;
    });
    const points = this.#byClock(context.point).flatMap((point) => product([...point.map((at) => [at]), ...choices]));
    const { bills, errors } = collected(points, (point) => new Bill(this.#combination(point, uses), uses, context));
    if (!bills.length) throw errors[0];
    bills.sort((left, right) => left.amount.compare(right.amount));
    return bills[0].bounded(bills.at(-1).amount);
  }

  /** The points that the clocks may set. */
  #byClock(point) {
    const { dimensions } = this.#data;
    const choices = point.map((at, axis) => (dimensions[axis - 2]?.clocked ? [...dimensions[axis - 2].values.keys()] : [at]));
    const isOpen = (found) => dimensions.every(({ clocked, values }, index) => !clocked || isOffered(values[found[2 + index]], found));
    return product(choices).filter(isOpen);
  }

  /** The point of a request without the sides of sums, and what is doubtful about its names. */
  #context({ model, at, dimensions, limits }) {
    const { boundaries, worked_out } = this.#data;
    const seconds = secondsOf(at);
    for (const { dimension, value, needs } of limits ? worked_out.unsaid : []) {
      if (dimensions[dimension] !== value || (dimensions[needs] ?? null) !== null) continue;
      const message = `the request does not say its \`${needs}\`, and its price may depend on it`;
      throw new PriceError({ code: "unsaid", message, help: `give \`${needs}\`` });
    }
    const { index, notes } = this.#names.model(model, seconds);
    const point = this.#names.point(index, boundaries.findLastIndex((start) => start <= seconds) + 1, dimensions, seconds);
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
      const { bills: [made], errors } = collected([point], () => new Combination(this.#data, point));
      found = made ?? errors[0];
      if (this.#combinations.size >= MAX_KEPT) this.#combinations.clear();
      this.#combinations.set(key, found);
    }
    if (found instanceof Combination) return found;
    // What does not exist comes before what is refused.
    for (const [index, quantities] of found.code === "not_offered" ? [] : uses) {
      const meter = this.#data.meters[index];
      if (!isOffered(meter, point) && quantities.some(({ n }) => n > 0n)) throw notOffered("meter", meter.name, meter.origin);
    }
    throw found;
  }
}

/** What some meters have together. */
function totalOf(uses, meters) {
  let found = ZERO;
  for (const meter of meters) for (const use of uses.get(meter) ?? []) found = found.plus(use);
  return found;
}

/** What comes of each of some things, and the errors of those that have no price. */
function collected(things, priced) {
  const [bills, errors] = [[], []];
  for (const thing of things) {
    try {
      bills.push(priced(thing));
    } catch (error) {
      if (!(error instanceof PriceError)) throw error;
      errors.push(error);
    }
  }
  return { bills, errors };
}

/** Every choice of one of each. */
function product(choices) {
  const more = (found, values) => found.flatMap((before) => values.map((one) => [...before, one]));
  return choices.reduce(more, [[]]);
}
