// How long one request may be: the windows and the answers of models.

import { PriceError } from "./errors.js";
import { inScope } from "./names.js";
import { grouped, number } from "./rational.js";
import { totalOf } from "./request.js";

/** The limits of each model: of each label, in the order of their starts. */
export function longest({ models, worked_out }) {
  return models.map((_, model) => {
    const own = worked_out.request_limits.filter((entry) => entry.model === model);
    const labels = [...new Set(own.map(({ label }) => label))];
    const byStart = (left, right) => left.start - right.start;
    return labels.map((label) => own.filter((entry) => entry.label === label).sort(byStart));
  });
}

/** The dimension of the only window that holds a request, and why; null where it is short enough.
 * Throws where no window holds it, or the request says another. */
export function widerWindow({ dimensions, figures, models }, limits, { at, point }, uses, said) {
  for (const entries of limits[point[0]]) {
    const entry = entries.findLast(({ start }) => start <= at);
    const choices = (entry?.choices ?? []).filter(({ scope }) => inScope(scope, point));
    if (!choices.length) continue;
    const amount = totalOf(uses, entry.meters);
    const longer = (left, right) => (number(left.most).compare(number(right.most)) < 0 ? right : left);
    const longest = choices.reduce(longer);
    const most = number(longest.most);
    if (amount.compare(most) <= 0) continue;
    const { wider } = entry;
    const { name, values } = dimensions[wider?.dimension] ?? {};
    const fits =
      wider !== undefined &&
      (said[name] ?? null) === null &&
      amount.compare(number(wider.over)) > 0 &&
      amount.compare(number(wider.up_to)) <= 0;
    if (!fits) throw tooLong(models[entry.model].name, entry.label, amount, most, figures[longest.figure]);
    const value = values[wider.value].name;
    const beyond = `a prompt of ${grouped(amount)} tokens is beyond the window of ${grouped(most)}`;
    const text = `${beyond}: it can only have been \`${name}\` \`${value}\`, and is priced so`;
    return { said: { ...said, [name]: value }, text };
  }
  return null;
}

function tooLong(model, label, amount, most, { origin }) {
  const what = label === "prompt" ? "a prompt" : "an answer";
  const size = `${what} of ${grouped(amount)} tokens: the limit is ${grouped(most)}`;
  return new PriceError("too_long", `a request to \`${model}\` cannot have ${size}`, {
    origin,
    help: 'several requests together are a sum: `record: "sum"`',
  });
}
