// A compiled book that prices requests.

import { Bill } from "./bill.js";
import { Combination, notOffered } from "./combination.js";
import { BookError, PriceError, shown } from "./errors.js";
import { DAY, isDay, secondsOf, turnsOfDay, written } from "./instants.js";
import { countUpTo, inScope, Names } from "./names.js";
import { grouped, Rational, ZERO } from "./rational.js";

const FORMAT = "pricelang compiled book";
const VERSION = 1;
const KINDS = new Set([
  ...["model", "alias", "value", "meter", "price", "announcement", "derivation", "modifier line"],
  ...["limit", "exclusion", "allow", "charge price", "charge minimum", "charge pool", "charge free"],
  ...["refusal", "free", "note", "rounding", "conversion"],
]);
const MAX_KEPT = 20_000;
const STEPS = new Set(["model", "at", "usage", "dimensions", "record", "each", "limits"]);

/** The book of a document that `pricelang compile` wrote, as text or as data. */
export function load(document) {
  let data = document;
  try {
    if (typeof document === "string") data = JSON.parse(document);
  } catch (error) {
    throw new BookError(`the document is no JSON: ${error.message}`);
  }
  if (data?.format !== FORMAT) throw new BookError(`the document is not a \`${FORMAT}\``);
  if (data.version !== VERSION) {
    throw new BookError(`the document is of version ${data.version}, and not of ${VERSION}`);
  }
  const strange = data.kinds.filter((kind) => !KINDS.has(kind));
  if (strange.length) {
    throw new BookError(`the book has rules of a kind that is not known here: ${strange.join(", ")}`);
  }
  return new Book(data);
}

export class Book {
  #data;
  #names;
  #kept = new Map();
  #contexts = new Map();

  constructor(data) {
    this.#data = data;
    this.#names = new Names(data);
    this.#data.worked_out.unsaid ??= [];
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

  /** The names of the models that are released at an instant. */
  models(at) {
    const seconds = at === undefined ? Infinity : secondsOf(at);
    const released = this.#data.models.filter((model) => model.released <= seconds);
    return released.map(({ name }) => name);
  }

  get meters() {
    return this.#data.meters.map(({ name, unit }) => ({ name, unit }));
  }

  get dimensions() {
    return this.#data.dimensions.map(({ name, values, default: usual, clocked }) => {
      return { name, values: values.map((value) => value.name), default: values[usual].name, clocked };
    });
  }

  /** What a request costs. Throws a `PriceError`. */
  price(request) {
    const asked = checked(request);
    if (asked.at !== undefined && asked.at !== null) return this.#price(asked);
    const bill = this.#price({ ...asked, at: this.#present() });
    const text = `no date is given: priced as of ${written(bill.at)}`;
    return bill.noted(["no_date", text]);
  }

  /** The amount alone, as a decimal. Throws as `price` does. */
  total(request) {
    return this.price(request).total;
  }

  #present() {
    const seconds = Math.floor(Date.now() / 1000);
    const midnight = seconds - (((seconds % DAY) + DAY) % DAY);
    const { dimensions, boundaries } = this.#data;
    const parted = boundaries.some((at) => midnight < at && at < midnight + DAY);
    return parted || dimensions.some(({ clocked }) => clocked) ? seconds : midnight;
  }

  #price(asked) {
    if (asked.record === "sum") return this.#sum(asked);
    const clocked = this.#data.dimensions.some((dimension) => dimension.clocked);
    if (clocked && isDay(asked.at)) return this.#anyTime(asked);
    const context = this.#context(asked);
    const uses = this.#names.uses(asked.usage);
    const combination = this.#combination([...context.point, ...this.#sides(uses)], uses);
    if (asked.limits) {
      const wider = this.#longWindow(context, asked, uses);
      if (wider !== null) return wider;
    }
    return new Bill(combination, uses, context);
  }

  /** A request of a day that costs the same at any time of it. */
  #anyTime(asked) {
    const midnight = secondsOf(asked.at);
    const { dimensions, boundaries } = this.#data;
    const [bills, errors] = [[], []];
    for (const at of turnsOfDay(dimensions, boundaries, midnight)) {
      collect(() => this.#price({ ...asked, at }), bills, errors);
    }
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
    const reached = this.#sides(uses);
    const choices = reached.map((most, index) => {
      const open = said.get(index);
      if (open === undefined) return [...Array(most + 1).keys()];
      const within = open.filter((side) => side <= most);
      return within.length ? within : open;
    });
    const [bills, errors] = [[], []];
    for (const point of this.#byClock(context.point)) {
      for (const sides of product(choices)) {
        const priced = () => new Bill(this.#combination([...point, ...sides], uses), uses, context);
        collect(priced, bills, errors);
      }
    }
    if (!bills.length) throw errors[0];
    bills.sort((left, right) => left.amount.compare(right.amount));
    return bills[0].bounded(bills.at(-1).amount);
  }

  /** The points that the clocks may set. */
  #byClock(point) {
    const { dimensions } = this.#data;
    const choices = dimensions.map(({ clocked, values }, index) =>
      clocked ? [...values.keys()] : [point[2 + index]],
    );
    return [...product(choices)]
      .map((values) => [point[0], point[1], ...values])
      .filter((found) =>
        dimensions.every(({ clocked, values }, index) => {
          const { offers } = values[found[2 + index]];
          return !clocked || offers.some(({ scope }) => inScope(scope, found));
        }),
      );
  }

  // ---- what a request is in the book ----

  /** The point of a request without the sides of sums, and what is doubtful about its names. */
  #context({ model, at, dimensions, limits }) {
    const seconds = secondsOf(at);
    if (limits) this.#checkSaid(dimensions);
    const { index, doubts } = this.#names.model(model, seconds);
    const stretch = countUpTo(this.#data.boundaries, seconds);
    const values = this.#names.values(index, stretch, dimensions, seconds);
    return { at: seconds, point: [index, stretch, ...values], notes: doubts.map((text) => ["unsure", text]) };
  }

  /** Throws where a platform leaves unsaid what its prices depend on. */
  #checkSaid(said) {
    const { dimensions, worked_out } = this.#data;
    for (const { dimension, value, needs } of worked_out.unsaid) {
      const { name, values } = dimensions[dimension];
      const needed = dimensions[needs];
      if (said[name] === values[value].name && (said[needed.name] ?? null) === null) {
        const message = `the request does not say its \`${needed.name}\`, and its price may depend on it`;
        const help = `say it: one of ${needed.values.map((one) => one.name).join(", ")}`;
        throw new PriceError("unsaid", message, { help });
      }
    }
  }

  /** The point on the axis of each sum that quantities fall on. */
  #sides(uses) {
    return this.#data.sums.map(({ meters, limits }) => {
      const amount = total(uses, meters);
      return limits.filter((limit) => amount.compare(Rational.parse(limit)) > 0).length;
    });
  }

  #combination(point, uses) {
    const key = point.join();
    let found = this.#kept.get(key);
    if (found === undefined) {
      try {
        found = new Combination(this.#data, point);
      } catch (error) {
        if (!(error instanceof PriceError)) throw error;
        found = error;
      }
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
      this.#kept.set(key, found);
    }
    if (!(found instanceof PriceError)) return found;
    // What does not exist comes before what is refused.
    for (const [index, quantities] of found.code === "not_offered" ? [] : uses) {
      const meter = this.#data.meters[index];
      const used = quantities.some(({ n }) => n > 0n);
      if (used && !meter.offers.some(({ scope }) => inScope(scope, point))) throw notOffered(meter);
    }
    throw found;
  }

  // ---- how long a request may be ----

  /** The bill in the only window that holds a long prompt, or null. Throws where there is none. */
  #longWindow(context, asked, uses) {
    const { worked_out, dimensions, models } = this.#data;
    for (const label of new Set(worked_out.request_limits.map((entry) => entry.label))) {
      const entry = worked_out.request_limits
        .filter((one) => one.label === label && one.model === context.point[0])
        .filter(({ start }) => start <= context.at)
        .reduce((last, one) => (last === null || one.start >= last.start ? one : last), null);
      const choices = (entry?.choices ?? []).filter(({ scope }) => inScope(scope, context.point));
      if (!choices.length) continue;
      const most = choices
        .map((choice) => Rational.parse(choice.most))
        .reduce((left, right) => (left.compare(right) < 0 ? right : left));
      const amount = total(uses, entry.meters);
      if (amount.compare(most) <= 0) continue;
      const { wider } = entry;
      const name = wider && dimensions[wider.dimension].name;
      const holds =
        wider &&
        (asked.dimensions[name] ?? null) === null &&
        amount.compare(Rational.parse(wider.over)) > 0 &&
        amount.compare(Rational.parse(wider.up_to)) <= 0;
      if (!holds) throw tooLong(models[entry.model].name, label, amount, most);
      const value = dimensions[wider.dimension].values[wider.value].name;
      const bill = this.#price({ ...asked, dimensions: { ...asked.dimensions, [name]: value } });
      const beyond = `a prompt of ${grouped(amount)} tokens is beyond the window of ${grouped(most)}`;
      const text = `${beyond}: it can only have been \`${name}\` \`${value}\`, and is priced so`;
      return bill.noted(["long_window", text]);
    }
    return null;
  }
}

function tooLong(model, label, amount, most) {
  const what = label === "prompt" ? "a prompt" : "an answer";
  const size = `${what} of ${grouped(amount)} tokens: the limit is ${grouped(most)}`;
  return new PriceError("too_long", `a request to \`${model}\` cannot have ${size}`, {
    help: 'several requests together are a sum: `record: "sum"`',
  });
}

/** A request with all its members. */
function checked(request) {
  for (const name of Object.keys(request)) {
    if (!STEPS.has(name)) {
      const help = "values of dimensions stand in `dimensions`";
      throw new PriceError("bad_record", `a request has no \`${shown(name)}\``, { help });
    }
  }
  const { record = "single", each = [], dimensions = {}, limits = true, ...rest } = request;
  const said = typeof each === "string" ? [each] : each;
  if (record !== "single" && record !== "sum") {
    throw new PriceError("bad_record", `\`record\` is \`single\` or \`sum\`, not \`${shown(record)}\``);
  }
  if (record === "single" && said.length) {
    const message = "`each` applies only to a sum of requests";
    throw new PriceError("bad_record", message, { help: 'add `record: "sum"`' });
  }
  return { ...rest, record, each: said, dimensions, limits };
}

function collect(priced, bills, errors) {
  try {
    bills.push(priced());
  } catch (error) {
    if (!(error instanceof PriceError)) throw error;
    errors.push(error);
  }
}

function total(uses, meters) {
  const found = meters.flatMap((meter) => uses.get(meter) ?? []);
  return found.reduce((sum, use) => sum.plus(use), ZERO);
}

/** Every choice of one of each. */
function* product([first, ...rest]) {
  if (first === undefined) yield [];
  else for (const one of first) for (const more of product(rest)) yield [one, ...more];
}
