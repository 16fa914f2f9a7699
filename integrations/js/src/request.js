// The members of a request.

import { PriceError } from "./errors.js";
import { shown } from "./texts.js";

const MEMBERS = new Set(["model", "at", "usage", "dimensions", "record", "each", "limits", "position"]);

/** A request with all its members. Throws a `PriceError` for what is none. */
export function checked(request) {
  const wrong = (message, help) => new PriceError({ code: "bad_record", message, help });
  if (!isObject(request)) throw wrong("the request is not an object");
  for (const name in request) {
    if (MEMBERS.has(name)) continue;
    throw wrong(`a request has no \`${shown(name)}\``, "values of dimensions stand in `dimensions`");
  }
  const { model, at, usage, record = "single", dimensions = {}, limits = true, position = {} } = request;
  const each = Array.isArray(request.each ?? []) ? (request.each ?? []) : [request.each];
  if (!isObject(dimensions) || !isObject(position) || !isObject(usage)) {
    throw wrong("`usage`, `dimensions` and `position` are maps");
  }
  if (record !== "single" && record !== "sum") {
    throw wrong(`\`record\` is \`single\` or \`sum\`, not \`${shown(record)}\``);
  }
  if (record === "single" && each.length) {
    throw wrong("`each` applies only to a sum of requests", 'add `record: "sum"`');
  }
  return { model, at: at ?? null, usage, record, each, dimensions, limits, position };
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
