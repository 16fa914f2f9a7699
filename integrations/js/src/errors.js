// Why a request has no price, or a document is no book.

/** A request without a price: a stable `code`, the `rule` that decided, its `location`, `help`. */
export class PriceError extends Error {
  name = "PriceError";

  constructor(code, message, help = null, { rule = null, origin } = {}) {
    super(message);
    const location = origin === undefined ? null : sourceOf(origin).location;
    Object.assign(this, { code, rule, location, help });
  }
}

/** A document that is no compiled book, or one that this release cannot evaluate. */
export class BookError extends Error {
  name = "BookError";
}

/** The error of a model, a value or a meter that is not offered to a request. */
export function notOffered(kind, name, origin) {
  const message = `${kind} \`${name}\` is not offered to this request`;
  return new PriceError("not_offered", message, null, { origin });
}

/** The source of a rule, and its `file:line`. */
export function sourceOf({ source = null, file, line }) {
  return { source, location: `${file}:${line}` };
}
