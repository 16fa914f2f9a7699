// The members of a request.

import { PriceError, shown } from "./errors.js";
import { ZERO } from "./rational.js";

const MEMBERS = new Set(["model", "at", "usage", "dimensions", "record", "each", "limits", "position"]);

/** A request with all its members. */
export function checked(request) {
  if (!isObject(request)) throw new PriceError("bad_record", "the request is not an object");
  for (const name in request) {
    if (MEMBERS.has(name)) continue;
    const help = "values of dimensions stand in `dimensions`";
    throw new PriceError("bad_record", `a request has no \`${shown(name)}\``, { help });
  }
  const { model, at, usage, record = "single", each = [], dimensions = {}, limits = true } = request;
  const { position = {} } = request;
  const said = typeof each === "string" ? [each] : each;
  if (!isObject(dimensions) || !isObject(position) || !Array.isArray(said)) {
    const message = "`dimensions` and `position` are maps, and `each` is a list of texts";
    throw new PriceError("bad_record", message);
  }
  if (record !== "single" && record !== "sum") {
    throw new PriceError("bad_record", `\`record\` is \`single\` or \`sum\`, not \`${shown(record)}\``);
  }
  if (record === "single" && said.length) {
    const message = "`each` applies only to a sum of requests";
    throw new PriceError("bad_record", message, { help: 'add `record: "sum"`' });
  }
  for (const [name, value] of Object.entries(dimensions)) {
    if (typeof value === "string" || value === undefined || value === null) continue;
    const message = `the value \`${shown(value)}\` of ${shown(name)} is not a text`;
    throw new PriceError("unknown_value", message);
  }
  return { model, at, usage, record, each: said, dimensions, limits, position };
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What some meters have together. */
export function totalOf(uses, meters) {
  let found = ZERO;
  for (const meter of meters) for (const use of uses.get(meter) ?? []) found = found.plus(use);
  return found;
}
