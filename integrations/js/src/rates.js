// The rate of one meter in a combination: its price, what it derives from, and what the stack does.

import { placeOf, PriceError } from "./errors.js";
import { inScope } from "./names.js";
import { number, ONE, ten, ZERO } from "./rational.js";

/** The rate of a meter by its index. Throws where it has none. */
export function rateOf(combination, index) {
  const { data, point, exchange } = combination;
  const meter = data.meters[index];
  const offer = meter.offers.find(({ scope }) => inScope(scope, point));
  if (offer === undefined) throw notOffered(meter);
  const charge = data.charges.findIndex((one) => one.meter === index);
  const base = charge < 0 ? listed(combination, index) : charged(combination, meter, charge);
  const { size } = base;
  const steps = base.free === undefined ? [...stepsOf(combination, index)] : [];
  let price = steps.reduce(stepped, base.price);
  const rounded = combination.rounded("unit_price", price.times(size)).over(size);
  if (!rounded.equals(price)) steps.push(combination.roundings.unit_price);
  const free = combination.free === undefined ? base.free : combination.free.text;
  price = (free === undefined ? rounded : ZERO).times(exchange);
  const places = base.minimum === undefined ? price.places : null;
  const origins = [...base.origins, offer.origin, ...steps.map(({ origin }) => origin)];
  return {
    price: free === undefined ? rounded : ZERO, // in the currency of the book
    minimum: base.minimum && number(base.minimum.quantity),
    places, // of the price in the currency of the bill; null where lines are more than a product
    units: places === null ? null : (price.n * ten(places)) / price.d,
    unsure: origins.flatMap(({ unsure }) => unsure ?? []),
    account: base.account,
    terms: {
      meter: meter.name,
      unit: meter.unit,
      unit_price: price.decimal(),
      list_price: base.price.times(exchange).decimal(),
      factors: Object.freeze(steps.filter(({ kind }) => kind === "factor").map(factorOf)),
      model: combination.model.name,
      source: base.origin.source ?? null,
      location: placeOf(base.origin),
      free,
    },
  };
}

/** The error of a meter that is not offered to a request. */
export function notOffered(meter) {
  const message = `meter \`${meter.name}\` is not offered to this request`;
  return new PriceError("not_offered", message, { origin: meter.origin });
}

/** Decides whether a line of a modifier is added once a request. */
export function isExtra({ outcome, meters, amount }) {
  return outcome === "add" && !meters.length && amount !== undefined;
}

/** A price after a step of a stack. */
export function stepped(price, { kind, value }) {
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

/** The price of a meter in the tables of rates. */
function listed(combination, index) {
  const { decisions, derivations, meters, prices } = combination.data;
  const [price] = combination.held(decisions.prices[index], prices);
  if (price === undefined || price.kind === "absent") {
    const { model } = combination;
    const message = `\`${meters[index].name}\` has no price for \`${model.name}\` on this day`;
    throw new PriceError("not_offered", message, { origin: (price ?? model).origin });
  }
  const { origin } = price;
  const found = { size: number(price.size), origin, origins: [origin], account: [] };
  if (price.kind === "amount") return { ...found, price: number(price.amount).over(found.size) };
  const [derivation] = combination.held(decisions.derivations[index], derivations);
  const base = listed(combination, derivation.of);
  const origins = [origin, ...base.origins, derivation.origin];
  return { ...found, price: base.price.times(number(derivation.factor)), origins };
}

/** The price of a meter that has a charge; what belongs to an account is only named. */
function charged(combination, meter, index) {
  const { charges, decisions } = combination.data;
  const charge = charges[index];
  const [prices, [minimum], pools, [free]] = ["prices", "minimums", "pools", "free"].map(
    (part, place) => combination.held(decisions.charges[index][place], charge[part]),
  );
  const first = prices.find(({ after }) => after === undefined);
  if (first === undefined && free === undefined) {
    const message = `\`${meter.name}\` has no price for this request`;
    throw new PriceError("not_offered", message, { origin: charge.origin });
  }
  const size = first === undefined ? ONE : number(first.size);
  const price = first === undefined ? ZERO : number(first.amount).over(size);
  const { origin } = first ?? free;
  const found = { price, size, origin, minimum };
  if (free !== undefined) {
    const reason = free.origin.because ?? charge.title;
    return { ...found, free: reason, origins: [free.origin], account: [] };
  }
  const { leftOut } = combination.data;
  const account = [
    ...pools.map((pool) => leftOut.get(`pool ${index} ${charge.pools.indexOf(pool)}`)),
    ...prices.flatMap((one) => leftOut.get(`price ${index} ${charge.prices.indexOf(one)}`) ?? []),
  ];
  return { ...found, origins: [origin, minimum?.origin ?? []].flat(), account };
}

/** What the stack does to the price of a meter, in its order. */
function* stepsOf(combination, meter) {
  const { decisions, limits, modifiers, stack } = combination.data;
  for (const [kind, index] of stack) {
    if (kind === "modifier") {
      const rule = modifiers[index].name;
      for (const line of combination.effects.get(index) ?? []) {
        const { origin } = line;
        for (const [of, factor] of line.factors) {
          if (of === meter) yield { rule, kind: "factor", value: number(factor), origin };
        }
        if (line.amount !== undefined && line.meters.includes(meter)) {
          yield { kind: "add", value: perUnit(line), origin };
        }
      }
    } else {
      for (const line of combination.held(decisions.limits[index], limits[index].lines)) {
        if (line.target !== "unit_price" || !line.meters.includes(meter)) continue;
        const kind = line.at_least ? "at_least" : "at_most";
        yield { kind, value: perUnit(line), origin: line.origin };
      }
    }
  }
}

const perUnit = ({ amount, size }) => number(amount).over(number(size));

/** A line of a bill. Its members are written out: a copy of the terms would take three times as long. */
export function lineOf(terms, quantity, amount, tiers) {
  const { meter, unit, unit_price, list_price, factors, model, source, location, free } = terms;
  const line = { meter, quantity, unit_price, amount, factors, model, unit, list_price, source, location };
  if (free !== undefined) line.free = free;
  if (tiers !== undefined) line.tiers = tiers;
  return line;
}

function factorOf({ rule, value, origin }) {
  const source = origin.source ?? null;
  return { rule, factor: value.decimal(), source, location: placeOf(origin) };
}
