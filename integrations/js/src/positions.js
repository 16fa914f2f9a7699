// A request at a stated place in what its account has used: its lines in pieces, each in the tiers
// of its place.

import { PriceError } from "./errors.js";
import { inScope, unknown } from "./names.js";
import { number, Rational, sumOf, ZERO } from "./rational.js";
import { shown } from "./texts.js";

const MONEY = /^[$€£¥]?\s*([0-9][0-9,]*(?:\.[0-9]+)?)$/;

/** What ladders have counted before a request, by the dimension of each. */
export function countsOf(names, position) {
  const { dimensions, meters } = names.data;
  const known = new Map(dimensions.filter(({ ladder }) => ladder).map((one) => [one.name, one]));
  const counted = ([name, value]) => {
    const dimension = known.get(name);
    if (dimension === undefined) throw unknown("tiers", name, known.keys());
    const { spend, counts } = dimension.ladder;
    const meter = meters[counts[0]];
    if (spend || Array.isArray(value)) return [dimension, amountOf(name, value)];
    return [dimension, names.quantity(value, meter).times(number(meter.size))];
  };
  return new Map(Object.entries(position).map(counted));
}

function amountOf(name, value) {
  const isText = ["string", "bigint"].includes(typeof value) || Number.isSafeInteger(value);
  const match = isText ? MONEY.exec(String(value).trim()) : null;
  if (match !== null) return Rational.parse(match[1].replaceAll(",", ""));
  const message = `the position in \`${name}\` is \`${shown(value, 40)}\``;
  const help = "give what was counted before the request: `9,400 MTok`, or `$12,000` of money";
  throw new PriceError("bad_position", message, help);
}

/** The ladders of some counts that count the requests of a combination. */
export function laddersAt({ data, point }, counts) {
  const found = [...data.dimensions.entries()].filter(
    ([, one]) => counts.has(one) && inScope(one.ladder.scope, point),
  );
  return found.map(([index, dimension]) => {
    const { name, values, ladder } = dimension;
    if (point[2 + index] !== dimension.default) {
      const message = `the request says its \`${name}\`, which follows from what was used before`;
      const help = `leave \`${name}\` out: each unit has the tier of its place`;
      throw new PriceError("said_tier", message, help);
    }
    const starts = ladder.starts.map(number);
    return { name, values, index, ...ladder, starts, count: counts.get(dimension) };
  });
}

/** The lines of meters, in the order of the book, with a line for each tier that one meets. `at`
 * gives the combination of a point, and `lines` are those without their places. */
export function linesInTiers(combination, { ladders, at }, lines) {
  const tiersAt = (values) => {
    const point = [...combination.point];
    ladders.forEach(({ index }, place) => (point[2 + index] = values[place] || point[2 + index]));
    return at(point);
  };
  const sorted = [...lines].sort((left, right) => left.rate.index - right.rate.index);
  const walked = (reached) => {
    const counts = ladders.map(({ count }) => count);
    const isCounted = ({ rate }) => ladders.length && rate.terms.free === undefined;
    const found = sorted.flatMap((line) =>
      isCounted(line) ? inTiers(combination, { ladders, tiersAt, reached, counts }, line) : [line],
    );
    return { counts, found };
  };
  const { counts } = walked(ladders.map(() => 0));
  return walked(ladders.map(({ starts }, place) => tierOf(starts, counts[place], true))).found;
}

/** A line by the tiers that it meets; the last has what the rounding of all of them changes. */
function inTiers(combination, walk, { rate: { index }, billed }) {
  const met = new Map();
  for (const { length, values } of pieces(walk, index, billed)) {
    const found = met.get(values.join());
    met.set(values.join(), { values, billed: found ? found.billed.plus(length) : length });
  }
  const { ladders, tiersAt } = walk;
  const lines = [...met.values()].map(({ values, billed }) => {
    const rate = tiersAt(values).rate(index);
    const names = ladders.map((one, place) => [one.name, one.values[values[place]].name]);
    return { rate, billed, amount: billed.times(rate.price), tiers: Object.fromEntries(names) };
  });
  const whole = sumOf(lines.map(({ amount }) => amount));
  const last = lines.at(-1);
  last.amount = last.amount.plus(combination.rounded("line", whole).minus(whole));
  return lines;
}

/** The quantity of a meter in pieces, while the counts move on. */
function* pieces({ ladders, tiersAt, reached, counts }, meter, quantity) {
  while (quantity.n > 0n) {
    const tier = ({ starts, all_units }, place) => (all_units ? 0 : tierOf(starts, counts[place]));
    const counted = ladders.map(tier);
    const values = ladders.map(({ all_units }, place) => (all_units ? reached : counted)[place]);
    const combination = tiersAt(counted);
    const moves = ladders.map((one) => movedBy(one, combination, meter));
    let length = quantity;
    for (const [place, { starts, all_units }] of ladders.entries()) {
      const until = all_units ? undefined : starts[counted[place] + 1];
      if (until === undefined || moves[place].n <= 0n) continue;
      const left = until.minus(counts[place]).over(moves[place]);
      if (left.compare(length) < 0) length = left;
    }
    moves.forEach((move, place) => (counts[place] = counts[place].plus(length.times(move))));
    quantity = quantity.minus(length);
    yield { length, values };
  }
}

/** How far a unit of a meter moves the count of a ladder. */
function movedBy({ counts, spend }, combination, meter) {
  const isOf = counts.includes(meter) || (spend && !counts.length);
  if (!isOf) return ZERO;
  return spend ? combination.rate(meter).price : number(combination.data.meters[meter].size);
}

/** The tier of the unit that comes after a count, or of its `last` unit. */
function tierOf(starts, count, last = false) {
  const begun = starts.filter((start) => start.compare(count) < (last ? 0 : 1));
  return Math.max(0, begun.length - 1);
}
