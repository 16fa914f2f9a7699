// The rate of one meter in a combination: its price, what it derives from, and what the stack does.

import { notOffered, placeOf, PriceError } from "./errors.js";
import { inScope } from "./names.js";
import { number, ONE, Rational, ZERO } from "./rational.js";

/** The rate of a meter by its index. Throws where it has none. */
export function rateOf(combination, index) {
  const { data, point, free: all, model } = combination;
  const meter = data.meters[index];
  const offer = meter.offers.find(({ scope }) => inScope(scope, point));
  if (offer === undefined) throw notOffered("meter", meter.name, meter.origin);
  const charge = data.charges.findIndex((one) => one.meter === index);
  const base = charge < 0 ? listed(combination, index) : charged(combination, meter, charge);
  const steps = base.free === undefined ? [...stepsOf(combination, index)] : [];
  const after = steps.reduce((price, { line, value }) => stepped(price, line, value), base.price);
  const rounded = combination.rounded("unit_price", after.times(base.size)).over(base.size);
  if (!rounded.equals(after)) steps.push({ line: combination.roundings.unit_price });
  const free = all === undefined ? base.free : all.text;
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
      source: base.origin.source ?? null,
      location: placeOf(base.origin),
      free,
    },
  };
}

/** A price after a line of a modifier or a limit, of the value that it has for one unit. */
export function stepped(price, { outcome, at_least }, value) {
  if (outcome === "factor") return price.times(value);
  if (outcome === "add") return price.plus(value);
  return price.compare(value) < 0 === at_least ? value : price;
}

/** The price of a meter in the tables of rates. */
function listed(combination, index) {
  const { decisions, derivations, meters, prices } = combination.data;
  const [price] = combination.held(decisions.prices[index], prices);
  if (price === undefined || price.kind === "absent") {
    const { name, origin } = combination.model;
    const message = `\`${meters[index].name}\` has no price for \`${name}\` on this day`;
    throw new PriceError({ code: "not_offered", message, origin: price?.origin ?? origin });
  }
  const { origin } = price;
  const size = number(price.size);
  if (price.kind === "amount") return { size, origin, origins: [origin], price: number(price.amount).over(size) };
  const [derivation] = combination.held(decisions.derivations[index], derivations);
  const base = listed(combination, derivation.of);
  const origins = [origin, ...base.origins, derivation.origin];
  return { size, origin, origins, price: base.price.times(number(derivation.factor)) };
}

/** The price of a meter that has a charge. */
function charged(combination, meter, index) {
  const { charges, decisions } = combination.data;
  const charge = charges[index];
  const [prices, [minimum], , [free]] = ["prices", "minimums", "pools", "free"].map((part, place) =>
    combination.held(decisions.charges[index][place], charge[part]),
  );
  const first = prices.find(({ after }) => after === undefined);
  if (first === undefined && free === undefined) {
    const message = `\`${meter.name}\` has no price for this request`;
    throw new PriceError({ code: "not_offered", message, origin: charge.origin });
  }
  const size = first === undefined ? ONE : number(first.size);
  const price = first === undefined ? ZERO : number(first.amount).over(size);
  const { origin } = first ?? free;
  const origins = free === undefined ? [origin, minimum?.origin ?? []].flat() : [free.origin];
  return { price, size, origin, origins, minimum, free: free && (free.origin.because ?? charge.title) };
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

/** A line of a bill. Its members are written out: a copy of the terms would take three times as long. */
export function lineOf(terms, quantity, amount, tiers) {
  const { meter, unit, unit_price, list_price, factors, model, source, location, free } = terms;
  const line = { meter, quantity, unit_price, amount, factors, model, unit, list_price, source, location };
  if (free !== undefined) line.free = free;
  if (tiers !== undefined) line.tiers = tiers;
  return line;
}

function factorOf({ line: { rule, origin }, value }) {
  return { rule, factor: value.decimal(), source: origin.source ?? null, location: placeOf(origin) };
}
