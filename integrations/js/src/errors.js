// Why a request has no price, or a document is no book.

/** A request that has no price: a stable `code`, the `rule` that decided, its `location`, a `help`. */
export class PriceError extends Error {
  constructor({ code, message, rule = null, origin = null, help = null }) {
    super(message);
    this.name = "PriceError";
    this.code = code;
    this.rule = rule;
    this.location = origin === null ? null : placeOf(origin);
    this.help = help;
  }
}

/** A document that is no compiled book, or one that this release cannot evaluate. */
export class BookError extends Error {
  constructor(message) {
    super(message);
    this.name = "BookError";
  }
}

/** `file:line` of a rule. */
export function placeOf(origin) {
  return `${origin.file}:${origin.line}`;
}

/** The error of a model, a value or a meter that is not offered to a request. */
export function notOffered(kind, name, origin) {
  const message = `${kind} \`${name}\` is not offered to this request`;
  return new PriceError({ code: "not_offered", message, origin });
}
