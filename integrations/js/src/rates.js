// The rate of one meter in a combination: its price, what it derives from, and what the stack does.

import { notOffered, PriceError, sourceOf } from "./errors.js";
import { inScope } from "./names.js";
import { number, ONE, Rational, ZERO } from "./rational.js";

/** The rate of a meter by its index. Throws where it has none. */
export function rateOf(combination, index) {
  const { data, point, model } = combination;
  const meter = data.meters[index];
  const offer = meter.offers.find(({ scope }) => inScope(scope, point));
  if (offer === undefined) throw notOffered("meter", meter.name, meter.origin);
  const base = baseOf(combination, index);
  const steps = base.free === undefined ? [...stepsOf(combination, index)] : [];
  const after = steps.reduce((price, { line, value }) => stepped(price, line, value), base.price);
  const rounded = combination.rounded("unit_price", after.times(base.size)).over(base.size);
  if (!rounded.equals(after)) steps.push({ line: combination.roundings.unit_price });
  const free = combination.free?.text ?? base.free;
  const price = free === undefined ? rounded : ZERO;
  const unit_price = combination.converted(price).decimal();
  const origins = [...base.origins, offer.origin, ...steps.map(({ line }) => line.origin)];
  return {
    index,
    price: price.places === null ? price : Rational.parse(price.decimal()), // over a power of ten
    minimum: base.minimum && number(base.minimum.quantity),
    unsure: origins.flatMap(({ unsure }) => unsure ?? []),
    terms: {
      meter: meter.name,
      unit: meter.unit,
      unit_price,
      list_price: combination.converted(base.price).decimal(),
      factors: Object.freeze(steps.filter(({ line }) => line.outcome === "factor").map(factorOf)),
      model: model.name,
      ...sourceOf(base.origin),
      ...(free === undefined ? {} : { free }),
    },
  };
}

/** A price after a line of a modifier or a limit, of the value that it has for one unit. */
export function stepped(price, { outcome, at_least }, value) {
  if (outcome === "factor") return price.times(value);
  if (outcome === "add") return price.plus(value);
  return price.compare(value) < 0 === at_least ? value : price;
}

/** The price of a meter before the stack: that of its charge, or that of the tables of rates. */
function baseOf(combination, index) {
  const { charges, decisions, derivations, meters, prices } = combination.data;
  const place = charges.findIndex(({ meter }) => meter === index);
  const charge = charges[place];
  const part = (name, root) =>
    charge === undefined ? [] : combination.held(decisions.charges[place][root], charge[name]);
  const lines = charge ? part("prices", 0) : combination.held(decisions.prices[index], prices);
  const line = lines.find(({ kind, after }) => kind !== "absent" && after === undefined);
  const [[minimum], [free]] = [part("minimums", 1), part("free", 3)];
  if (line === undefined && free === undefined) {
    const { name, origin } = combination.model;
    const message = `\`${meters[index].name}\` has no price for \`${name}\` on this day`;
    throw new PriceError("not_offered", message, null, charge ?? lines[0] ?? { origin });
  }
  const { origin } = line ?? free;
  const size = line === undefined ? ONE : number(line.size);
  const found = { size, origin, minimum, free: free && (free.origin.because ?? charge.title) };
  if (line?.kind !== "derived") {
    const origins = [free ?? line, free ? [] : (minimum ?? [])].flat().map((one) => one.origin);
    return { ...found, origins, price: line ? number(line.amount).over(size) : ZERO };
  }
  const [derivation] = combination.held(decisions.derivations[index], derivations);
  const base = baseOf(combination, derivation.of);
  const origins = [origin, ...base.origins, derivation.origin];
  return { ...found, origins, price: base.price.times(number(derivation.factor)) };
}

/** What the stack does to the price of a meter, in its order: lines, each with its value. */
function* stepsOf(combination, meter) {
  for (const line of combination.stack) {
    const { factors = [], amount, meters, size } = line;
    for (const [of, factor] of factors) if (of === meter) yield { line, value: number(factor) };
    const isOfUnits = amount !== undefined && meters.includes(meter) && line.target !== "account";
    if (isOfUnits) yield { line, value: number(amount).over(number(size)) };
  }
}

function factorOf({ line: { rule, origin }, value }) {
  return { rule, factor: value.decimal(), ...sourceOf(origin) };
}
