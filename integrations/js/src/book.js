// A compiled book that prices requests. `docs/compiled.md` says what each step means.

import { Bill } from "./bill.js";
import { Combination } from "./combination.js";
import { PriceError } from "./errors.js";
import { DAY, isDay, secondsOf, turnsOfDay, written } from "./instants.js";
import { longest, widerWindow } from "./longest.js";
import { countUpTo, inScope, Names } from "./names.js";
import { beyondReading } from "./notes.js";
import { countsOf } from "./positions.js";
import { notOffered } from "./rates.js";
import { number } from "./rational.js";
import { checked, totalOf } from "./request.js";

const MAX_KEPT = 20_000;

export class Book {
  #data;
  #names;
  #isClocked;
  #limits;
  #beyond;
  #combinations = new Map();
  #points = new Map();

  constructor(data) {
    const texts = data.worked_out.left_out.map(({ of, index, line, text }) => {
      return [`${of} ${index} ${line}`, text];
    });
    this.#data = { ...data, leftOut: new Map(texts) };
    this.#names = new Names(data);
    this.#isClocked = data.dimensions.some(({ clocked }) => clocked);
    this.#limits = longest(data);
    this.#beyond = beyondReading(data);
  }

  get name() {
    return this.#data.name;
  }

  get title() {
    return this.#data.title;
  }

  get currency() {
    return this.#data.currency;
  }

  get digest() {
    return this.#data.digest;
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
    const released = this.#data.models.filter((model) => model.released <= seconds);
    return released.map(({ name }) => name);
  }

  /** What a request costs. Throws a `PriceError`. */
  price(request) {
    const asked = checked(request);
    if ((asked.at ?? null) !== null) return this.#placed(this.#price(asked), asked);
    const bill = this.#placed(this.#price({ ...asked, at: this.#present() }), asked);
    return bill.noted(["no_date", `no date is given: priced as of ${written(bill.at)}`]);
  }

  /** The amount alone, as a decimal. Throws as `price` does. */
  total(request) {
    return this.price(request).total;
  }

  /** The present day, or the present instant where the time of day matters. */
  #present() {
    const seconds = Math.floor(Date.now() / 1000);
    const midnight = seconds - (seconds % DAY);
    const parted = this.#data.boundaries.some((at) => midnight < at && at < midnight + DAY);
    return parted || this.#isClocked ? seconds : midnight;
  }

  #price(asked) {
    if (asked.record === "sum") return this.#sum(asked);
    if (this.#isClocked && isDay(asked.at)) return this.#anyTime(asked);
    const context = this.#context(asked);
    const uses = this.#names.uses(asked.usage);
    const combination = this.#combination([...context.point, ...this.#sides(uses)], uses);
    if (asked.limits) {
      const wider = widerWindow(this.#data, this.#limits, context, uses, asked.dimensions);
      if (wider !== null) {
        const bill = this.#price({ ...asked, dimensions: wider.said });
        return bill.noted(["long_window", wider.text]);
      }
    }
    return new Bill(combination, uses, context);
  }

  /** A bill at its place in what its account has used. */
  #placed(bill, { position }) {
    if (!Object.keys(position).length) return bill;
    const at = (point) => this.#combination(point, new Map());
    return bill.placedAt(countsOf(this.#data, position), at);
  }

  /** A request of a day that costs the same at any time of it. */
  #anyTime(asked) {
    const midnight = secondsOf(asked.at);
    const { dimensions, boundaries } = this.#data;
    const turns = turnsOfDay(dimensions, boundaries, midnight);
    const { bills, errors } = collected(turns, (at) => this.#price({ ...asked, at }));
    const alike = (values) => new Set(values).size === 1;
    if (!bills.length && alike(errors.map(({ message }) => message))) throw errors[0];
    if (errors.length || !alike(bills.map((bill) => `${bill.amount} ${bill.currency}`))) {
      const day = written(midnight);
      const message = `the price on ${day} depends on the time of day, and the request has only the day`;
      const help = `give the instant in UTC, such as \`${day}T12:30:00Z\``;
      throw new PriceError("no_time_of_day", message, { help });
    }
    return bills[0];
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
    const points = this.#byClock(context.point).flatMap((point) =>
      product(choices).map((sides) => [...point, ...sides]),
    );
    const { bills, errors } = collected(points, (point) => {
      return new Bill(this.#combination(point, uses), uses, context);
    });
    if (!bills.length) throw errors[0];
    bills.sort((left, right) => left.amount.compare(right.amount));
    return bills[0].bounded(bills.at(-1).amount);
  }

  /** The points that the clocks may set. */
  #byClock([model, stretch, ...values]) {
    const { dimensions } = this.#data;
    const choices = dimensions.map((dimension, index) =>
      dimension.clocked ? [...dimension.values.keys()] : [values[index]],
    );
    const points = product(choices).map((found) => [model, stretch, ...found]);
    return points.filter((point) =>
      dimensions.every(({ clocked, values: every }, index) => {
        const { offers } = every[point[2 + index]];
        return !clocked || offers.some(({ scope }) => inScope(scope, point));
      }),
    );
  }

  /** The point of a request without the sides of sums, and what is doubtful about its names. */
  #context({ model, at, dimensions, limits }) {
    const seconds = secondsOf(at);
    if (limits) this.#checkSaid(dimensions);
    const { index, doubts } = this.#names.model(model, seconds);
    const stretch = countUpTo(this.#data.boundaries, seconds);
    const key = `${index} ${stretch} ${JSON.stringify(dimensions)}`;
    let point = this.#points.get(key);
    if (point === undefined) {
      point = [index, stretch, ...this.#names.values(index, stretch, dimensions, seconds)];
      if (!this.#isClocked) keep(this.#points, key, point);
    }
    const notes = doubts.map((text) => ["unsure", text]);
    if (limits && this.#beyond !== null && seconds >= this.#beyond.from) {
      notes.push(["beyond_reading", this.#beyond.text]);
    }
    return { at: seconds, point, notes };
  }

  /** Throws where a platform leaves unsaid what its prices depend on. */
  #checkSaid(said) {
    const { dimensions, worked_out } = this.#data;
    for (const { dimension, value, needs } of worked_out.unsaid) {
      const { name, values } = dimensions[dimension];
      const needed = dimensions[needs];
      if (said[name] !== values[value].name || (said[needed.name] ?? null) !== null) continue;
      const message = `the request does not say its \`${needed.name}\`, and its price may depend on it`;
      const help = `say it: one of ${needed.values.map((one) => one.name).join(", ")}`;
      throw new PriceError("unsaid", message, { help });
    }
  }

  /** The point on the axis of each sum that quantities fall on. */
  #sides(uses) {
    return this.#data.sums.map(({ meters, limits }) => {
      const amount = totalOf(uses, meters);
      return limits.filter((limit) => amount.compare(number(limit)) > 0).length;
    });
  }

  #combination(point, uses) {
    const key = point.join();
    let found = this.#combinations.get(key);
    if (found === undefined) {
      const { bills: [made], errors } = collected([point], () => new Combination(this.#data, point));
      found = made ?? errors[0];
      keep(this.#combinations, key, found);
    }
    if (found instanceof Combination) return found;
    // What does not exist comes before what is refused.
    for (const [index, quantities] of found.code === "not_offered" ? [] : uses) {
      const meter = this.#data.meters[index];
      const isOffered = meter.offers.some(({ scope }) => inScope(scope, point));
      if (!isOffered && quantities.some(({ n }) => n > 0n)) throw notOffered(meter);
    }
    throw found;
  }
}

/** Keeps a value; what is kept stays bounded. */
function keep(kept, key, value) {
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(key, value);
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
