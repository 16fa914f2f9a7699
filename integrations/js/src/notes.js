// The notes that all bills of a combination have, each a code and a text.

import { DAY, written } from "./instants.js";
import { inScope } from "./names.js";
import { isExtra } from "./rates.js";
import { money, number } from "./rational.js";

/** The notes in their order: of the model, of the term, of the book, and what is unsure. */
export function* notesOf(combination) {
  const { data, model, start, point, remarks } = combination;
  if (model.retired !== undefined && start >= model.retired) {
    const day = written(model.retired);
    yield ["retired", `\`${model.name}\` was retired on ${day}: this is its last price`];
  }
  yield* unsure(model);
  yield* outsideTerm(data, start);
  yield* announced(combination);
  for (const remark of remarks) {
    yield ["remark", remark.text];
    yield* unsure(remark);
  }
  for (const [index, dimension] of data.dimensions.entries()) {
    const { offers } = dimension.values[point[2 + index]];
    const held = offers.filter(({ scope }) => inScope(scope, point));
    if (held.every(({ origin }) => origin.unsure)) yield* unsure(...held.slice(0, 1));
  }
  yield* unsure(...combination.silences, ...restsOn(combination));
}

/** From when on a price may have changed since the sources of a book were read, as an instant and
 *  the text of the note; null where no source says how often it is read. */
export function beyondReading({ sources }) {
  const days = Math.max(0, ...sources.map(({ every }) => every ?? 0));
  if (!days) return null;
  const read = Math.max(...sources.map((source) => source.read));
  const text = `the book was read to ${written(read)}: a price may have changed since`;
  return { from: read + (days + 1) * DAY, text };
}

function* unsure(...rules) {
  for (const { origin } of rules) {
    if (origin.unsure !== undefined) yield ["unsure", origin.unsure];
  }
}

/** The rules on which an amount rests beyond unit prices, and what allows an exclusion. */
function* restsOn(combination) {
  const { data, effects, free, bounds, roundings, conversion, point } = combination;
  for (const index of data.modifiers.keys()) yield* (effects.get(index) ?? []).filter(isExtra);
  if (free !== undefined) yield free;
  for (const { line } of bounds) yield line;
  for (const stage of ["line", "total"]) if (roundings[stage] !== undefined) yield roundings[stage];
  if (conversion !== undefined) yield conversion;
  for (const exclusion of data.exclusions) {
    if (combination.meet(exclusion) && inScope(exclusion.scope, point)) {
      yield* exclusion.allowed.filter(({ scope }) => inScope(scope, point));
    }
  }
}

/** The note of a contract outside of its term. */
function* outsideTerm({ bases, name, term }, start) {
  const [first, last] = term;
  const before = first !== null && start < first;
  const after = last !== null && start >= last;
  if (!bases.length || !(before || after)) return;
  const ends = [];
  if (first !== null) ends.push(`from ${written(first)}`);
  if (last !== null) ends.push(`before ${written(last)}`);
  const text = `outside the term of \`${name}\` (${ends.join(" ")})`;
  yield ["outside_term", `${text}: the prices of the book below hold`];
}

/** The prices that were announced and withdrawn, those of one announcement in one note. */
function* announced({ data, model, point }) {
  const { announcements, currency, meters, worked_out } = data;
  const told = new Map();
  for (const { announcement, scope } of worked_out.announced) {
    if (!inScope(scope, point)) continue;
    const { meter, amount, per, origin, ...rest } = announcements[announcement];
    const because = origin.because === undefined ? "" : `, ${origin.because}`;
    const [start, said, taken] = [rest.start, rest.announced, rest.withdrawn].map(written);
    const when = ` from ${start}: announced ${said}, withdrawn ${taken}${because}`;
    const price = `${meters[meter].name} ${money(number(amount), currency)} per ${per}`;
    told.set(when, [...(told.get(when) ?? []), price]);
  }
  for (const [when, prices] of told) {
    yield ["announced", `\`${model.name}\` was to cost ${prices.join(", ")}${when}`];
  }
}
