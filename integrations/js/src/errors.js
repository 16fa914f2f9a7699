// Why a request has no price, or a document is no book.

/** A request that has no price: a stable `code`, the `rule` that decided, its `location`, a `help`. */
export class PriceError extends Error {
  constructor(code, message, { rule = null, origin = null, help = null } = {}) {
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

/** A value for a sentence, cut where it is long. */
export function shown(value, most = 100) {
  const isPlain = typeof value !== "object" || value === null;
  const text = isPlain ? String(value) : Object.prototype.toString.call(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
