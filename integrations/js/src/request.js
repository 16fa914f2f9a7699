// The members of a request.

import { PriceError } from "./errors.js";
import { shown } from "./texts.js";

const MEMBERS = ["model", "at", "usage", "dimensions", "record", "each", "limits", "position"];

/** A request with all its members. Throws a `PriceError` for what is none. */
export function checked(request) {
  const wrong = (message, help) => new PriceError("bad_record", message, help);
  if (!isObject(request)) throw wrong("the request is not an object");
  for (const name in request) {
    if (MEMBERS.includes(name)) continue;
    throw wrong(`a request has no \`${shown(name)}\``, `it has ${MEMBERS.join(", ")}`);
  }
  const { model, at = null, usage, record = "single", each = [], limits = true } = request;
  const { dimensions = {}, position = {} } = request;
  const areMaps = isObject(usage) && isObject(dimensions) && isObject(position);
  if (!areMaps) throw wrong("`usage`, `dimensions` and `position` are maps of names to values");
  const every = Array.isArray(each) ? each : [each];
  if (record === "single" && every.length) throw wrong("`each` applies only to a sum of requests");
  if (record !== "single" && record !== "sum") throw wrong("`record` is not `single` or `sum`");
  return { model, at, usage, record, each: every, dimensions, limits, position };
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
