/** An instant: a day or an instant as text, a `Date`, or seconds since 1970. */
export type Instant = string | number | Date;

/** A whole number, or text with a decimal or a unit, such as `"1.5"` or `"90 minutes"`. */
export type Quantity = number | bigint | string;

/** A request, or a sum of requests. */
export interface PriceRequest {
  /** An id or an alias of the book. */
  model: string;
  /** Where nothing is said, the present: the bill has the note `no_date`. */
  at?: Instant | null;
  /** What was used, by meter; a list where uses count one by one. */
  usage: Readonly<Record<string, Quantity | readonly Quantity[] | null | undefined>>;
  /** Values of the dimensions of the book, such as `{ speed: "fast" }`. */
  dimensions?: Readonly<Record<string, string | null | undefined>>;
  /** `sum` where the quantities add up several requests. */
  record?: "single" | "sum";
  /** What holds for each request of a sum, such as `"prompt over 200000"`. */
  each?: string | readonly string[];
  /** Without them, the rules of the book alone decide: no window, no output limit, nothing unsaid. */
  limits?: boolean;
  /** What tiers have counted before, by their name: a quantity, or money such as `"$12,000"`. */
  position?: Readonly<Record<string, Quantity>>;
}

/** A multiplier that had effect on a line. */
export interface Factor {
  rule: string;
  factor: string;
  source: string | null;
  location: string;
}

/** A line of a bill. Numbers are decimals as text. */
export interface Line {
  /** The meter, or the rule of an amount per request. */
  meter: string;
  /** The unit of the quantity, in the singular. */
  unit: string;
  quantity: string;
  unit_price: string;
  amount: string;
  /** The price of one unit before any modifier. */
  list_price: string;
  factors: readonly Factor[];
  model: string;
  source: string | null;
  /** `file:line` of the price. */
  location: string;
  /** Why the line costs nothing. */
  free?: string;
  /** The tier of each ladder whose place is known: see `position`. */
  tiers?: Record<string, string>;
}

/** What a reader should know of an amount: `warning` where it may be wrong. */
export interface Note {
  code: string;
  level: "note" | "warning";
  text: string;
}

/** An exact number: a fraction. Those of a bill are in lowest terms. */
export class Rational {
  /** The numerator. */
  readonly n: bigint;
  /** The denominator, above zero. */
  readonly d: bigint;
  static of(n: bigint, d?: bigint): Rational;
  static parse(text: string): Rational;
  plus(other: Rational): Rational;
  minus(other: Rational): Rational;
  times(other: Rational): Rational;
  over(other: Rational): Rational;
  compare(other: Rational): -1 | 0 | 1;
  equals(other: Rational): boolean;
  /** A decimal: exact, or rounded half even to 20 places. */
  decimal(): string;
  /** `3/200`, or `7`. */
  toString(): string;
}

/** The amounts of a bill as data: `total`, or `low` and `high` where it has bounds only. */
export type BillData = { currency: string; lines: Line[]; notes: Note[] } & (
  | { total: string }
  | { total: null; low: string; high: string }
);

/** What one request costs. */
export class Bill {
  private constructor();
  /** UTC seconds of the instant that it is priced at. */
  readonly at: number;
  /** The amount as a decimal. Throws a `PriceError` (`range`) where the record has bounds only. */
  readonly total: string;
  /** The least and the most that a sum of requests costs. */
  readonly low: string;
  readonly high: string;
  /** The exact amount; the low one of a record that has bounds, and the high one. */
  readonly amount: Rational;
  readonly most: Rational;
  readonly currency: string;
  readonly lines: Line[];
  readonly notes: Note[];
  /** The bill as `pricelang price --json` prints it. */
  toJSON(): BillData;
}

/** A book that prices requests. */
export class Book {
  private constructor();
  readonly name: string;
  readonly title: string;
  readonly currency: string;
  /** What tells the text of the book from any other. */
  readonly digest: string;
  readonly meters: { name: string; unit: string }[];
  readonly dimensions: { name: string; values: string[]; default: string; clocked: boolean }[];
  /** The names of the models, or of those that are released at an instant. */
  models(at?: Instant): string[];
  /** What a request costs. Throws a `PriceError`. */
  price(request: PriceRequest): Bill;
  /** The amount alone, as a decimal. Throws as `price` does. */
  total(request: PriceRequest): string;
}

/** A request that has no price. */
export class PriceError extends Error {
  /** Stable, and meant for programs: `not_offered`, `refused`, `excluded`, `too_long`, … */
  readonly code: string;
  /** The rule that decided. */
  readonly rule: string | null;
  /** `file:line` of the rule. */
  readonly location: string | null;
  readonly help: string | null;
}

/** A document that is no compiled book, or one that this release cannot evaluate. */
export class BookError extends Error {}

/** The book of a document that `pricelang compile` wrote, as text, bytes or data. Throws `BookError`. */
export function load(document: string | object): Book;

/** Throws `BookError` where a document was changed or is not whole: its checksum is not its own. */
export function verify(document: string | object): Promise<void>;
