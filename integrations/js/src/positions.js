// A request at a stated place in what its account has used: its lines in pieces, each in the tiers of
// its place.

import { PriceError, shown } from "./errors.js";
import { inScope, quantityOf, unknown } from "./names.js";
import { number, Rational, sumOf, ZERO } from "./rational.js";

const MONEY = /^[$€£¥]?\s*([0-9][0-9,]*(?:\.[0-9]+)?)$/;

/** What ladders have counted before a request, by the dimension of each. */
export function countsOf(data, position) {
  const known = data.dimensions.filter(({ ladder }) => ladder !== undefined);
  return new Map(
    Object.entries(position).map(([name, value]) => {
      const found = known.find((dimension) => dimension.name === name);
      if (found === undefined) throw unknown("tiers", name, known.map((one) => one.name));
      return [found, countOf(data, found, value)];
    }),
  );
}

function countOf({ meters, units }, { name, ladder }, value) {
  if (!ladder.spend && !Array.isArray(value)) {
    const meter = meters[ladder.counts[0]];
    return quantityOf(value, meter, units).times(number(meter.size));
  }
  const isText = ["string", "bigint"].includes(typeof value) || Number.isSafeInteger(value);
  const match = isText && ladder.spend ? MONEY.exec(String(value).trim()) : null;
  if (match !== null) return Rational.parse(match[1].replaceAll(",", ""));
  const message = `the position in \`${name}\` is \`${shown(value, 40)}\``;
  const help = "give what was counted before the request: `9,400 MTok`, or `$12,000` of money";
  throw new PriceError("bad_position", message, { help });
}

/** The ladders of some counts that count the requests of a combination. */
export function laddersAt({ data, point }, counts) {
  const found = [];
  for (const [dimension, count] of counts) {
    const index = data.dimensions.indexOf(dimension);
    const { name, values, ladder } = dimension;
    if (!inScope(ladder.scope, point)) continue;
    if (point[2 + index] !== dimension.default) {
      const said = `the request says that its \`${name}\` is \`${values[point[2 + index]].name}\``;
      const help = `leave \`${name}\` out: each unit has the tier of its place`;
      const message = `${said}, which follows from what the account has used`;
      throw new PriceError("said_tier", message, { help });
    }
    found.push({ ...dimension, index, ...ladder, starts: ladder.starts.map(number), count });
  }
  return found.sort((left, right) => left.index - right.index);
}

/** The lines of meters, in the order of the book, with a line for each tier that one meets. `at`
 * gives the combination of a point, and `amounts` are the lines without their places. */
export function linesInTiers(combination, { ladders, at }, amounts) {
  const { meters } = combination.data;
  const order = ({ rate }) => meters.findIndex(({ name }) => name === rate.terms.meter);
  const sorted = [...amounts].sort((left, right) => order(left) - order(right));
  const counted = ladders.length ? sorted.filter(({ rate }) => rate.terms.free === undefined) : [];
  const tiersAt = (values) => {
    const point = [...combination.point];
    ladders.forEach(({ index }, place) => (point[2 + index] = values[place] || point[2 + index]));
    return at(point);
  };
  const place = { ladders, tiersAt, reached: ladders.map(() => 0) };
  if (ladders.some((one) => one.all_units)) {
    const counts = ladders.map(({ count }) => count);
    for (const line of counted) [...pieces(place, order(line), line.billed, counts)];
    place.reached = ladders.map((one, n) => (one.all_units ? reachedBy(one, counts[n]) : 0));
  }
  const counts = ladders.map(({ count }) => count);
  return sorted.flatMap((line) => {
    if (!counted.includes(line)) return [line];
    const met = new Map();
    for (const { length, values } of pieces(place, order(line), line.billed, counts)) {
      const found = met.get(values.join());
      met.set(values.join(), { values, billed: found ? found.billed.plus(length) : length });
    }
    return lineInTiers(combination, place, order(line), [...met.values()]);
  });
}

/** The lines of a meter; the last has what the rounding of all of them together changes. */
function lineInTiers(combination, { ladders, tiersAt }, meter, met) {
  const lines = met.map(({ values, billed }) => {
    const rate = tiersAt(values).rate(meter);
    const tiers = Object.fromEntries(
      ladders.map((one, place) => [one.name, one.values[values[place]].name]),
    );
    return { rate, billed, amount: billed.times(rate.price), tiers };
  });
  const whole = sumOf(lines.map(({ amount }) => amount));
  const last = lines.at(-1);
  last.amount = last.amount.plus(combination.rounded("line", whole).minus(whole));
  return lines;
}

/** The quantity of a meter in pieces, while the counts move on. */
function* pieces({ ladders, tiersAt, reached }, meter, quantity, counts) {
  while (quantity.n > 0n) {
    const counted = ladders.map((one, place) => (one.all_units ? 0 : tierOf(one, counts[place])));
    const values = ladders.map((one, place) => (one.all_units ? reached[place] : counted[place]));
    const net = tiersAt(counted).rate(meter).price;
    const moves = ladders.map((one) => movedBy(one, tiersAt(counted).data.meters[meter], meter, net));
    let length = quantity;
    for (const [place, { starts, all_units }] of ladders.entries()) {
      const until = all_units ? undefined : starts[counted[place] + 1];
      if (until === undefined || moves[place].n <= 0n) continue;
      const left = until.minus(counts[place]).over(moves[place]);
      if (left.compare(length) < 0) length = left;
    }
    for (const place of counts.keys()) counts[place] = counts[place].plus(length.times(moves[place]));
    quantity = quantity.minus(length);
    yield { length, values };
  }
}

/** How far a unit of a meter moves the count of a ladder. */
function movedBy({ counts, spend }, { size }, meter, price) {
  if (spend) return !counts.length || counts.includes(meter) ? price : ZERO;
  return counts.includes(meter) ? number(size) : ZERO;
}

/** The tier of the unit that comes after a count. */
function tierOf({ starts }, count) {
  return starts.filter((start) => start.compare(count) <= 0).length - 1;
}

/** The tier of the last unit of a count. */
function reachedBy({ starts }, count) {
  return Math.max(0, starts.filter((start) => start.compare(count) < 0).length - 1);
}
