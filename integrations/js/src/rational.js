// Exact numbers: fractions of BigInt in lowest terms, with a denominator above zero.

export const DIGITS = 20; // of an amount that has no finite decimal

export class Rational {
  constructor(n, d = 1n) {
    this.n = n;
    this.d = d;
  }

  /** A fraction in lowest terms. */
  static of(n, d = 1n) {
    if (d < 0n) [n, d] = [-n, -d];
    if (d === 1n) return new Rational(n);
    const shared = gcd(n < 0n ? -n : n, d);
    return new Rational(n / shared, d / shared);
  }

  /** The number of a text such as `0.025`, `-2/3` or `200`. */
  static parse(text) {
    let found = KNOWN.get(text);
    if (found === undefined) {
      const match = /^(-?\d+)(?:\.(\d+)|\/(\d+))?$/.exec(text);
      if (match === null) throw new SyntaxError(`\`${text}\` is not an exact number`);
      const [, whole, part = "", below] = match;
      found = Rational.of(BigInt(whole + part), below ? BigInt(below) : ten(part.length));
      if (KNOWN.size < 10_000) KNOWN.set(text, found);
    }
    return found;
  }

  plus(other) {
    if (this.d === other.d) return Rational.of(this.n + other.n, this.d);
    return Rational.of(this.n * other.d + other.n * this.d, this.d * other.d);
  }

  minus(other) {
    return this.plus(new Rational(-other.n, other.d));
  }

  times(other) {
    return Rational.of(this.n * other.n, this.d * other.d);
  }

  over(other) {
    return Rational.of(this.n * other.d, this.d * other.n);
  }

  /** Below zero, zero or above it, as this number is less, equal or greater. */
  compare(other) {
    const difference = this.n * other.d - other.n * this.d;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  equals(other) {
    return this.n === other.n && this.d === other.d;
  }

  /** The number as a whole number of steps. */
  rounded(step, mode) {
    const steps = this.over(step);
    return new Rational(whole(steps.n, steps.d, mode)).times(step);
  }

  /** The digits after the point that the number needs; null where it has no finite decimal. */
  get places() {
    let rest = this.d;
    let [twos, fives] = [0, 0];
    for (; rest % 2n === 0n; rest /= 2n) twos += 1;
    for (; rest % 5n === 0n; rest /= 5n) fives += 1;
    return rest === 1n ? Math.max(twos, fives) : null;
  }

  /** The number as a decimal: exact, or rounded half even to 20 places. */
  decimal() {
    if (this.d === 1n) return String(this.n);
    const places = this.places ?? DIGITS;
    return placed(whole(this.n * ten(places), this.d, "half_even"), places);
  }

  /** The fraction: `3/200`, or `7`. */
  toString() {
    return this.d === 1n ? String(this.n) : `${this.n}/${this.d}`;
  }
}

const KNOWN = new Map();
export const ZERO = new Rational(0n);
export const ONE = new Rational(1n);

const TENS = Array.from({ length: 60 }, (_, places) => 10n ** BigInt(places));

/** The number of a text of the book. */
export const number = (text) => Rational.parse(text);

/** A power of ten. */
export function ten(places) {
  return TENS[places] ?? 10n ** BigInt(places);
}

/** The sum of some numbers. */
export function sumOf(numbers) {
  return numbers.reduce((sum, number) => sum.plus(number), ZERO);
}

function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** A quotient as a whole number. */
function whole(n, d, mode) {
  const cut = n / d;
  const floor = n < 0n && cut * d !== n ? cut - 1n : cut;
  const twice = 2n * (n - floor * d) - d; // above zero where the upper number is nearer
  const more = n !== floor * d;
  let up;
  switch (mode) {
    case "half_even":
      up = twice > 0n || (twice === 0n && floor % 2n !== 0n);
      break;
    case "half_up":
      up = twice > 0n || (twice === 0n && n >= 0n);
      break;
    case "half_down":
      up = twice > 0n || (twice === 0n && n < 0n);
      break;
    case "up":
      up = more && n >= 0n;
      break;
    case "down":
      up = more && n < 0n;
      break;
    default:
      throw new TypeError(`unknown rounding \`${mode}\``);
  }
  return up ? floor + 1n : floor;
}

/** A whole number of units of 10**-places as a decimal without zeros at its end. */
export function placed(units, places) {
  if (places === 0) return String(units);
  const sign = units < 0n ? "-" : "";
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const part = digits.slice(-places).replace(/0+$/, "");
  return sign + digits.slice(0, -places) + (part && `.${part}`);
}

/** A number for readers: `50,000`. */
export function grouped(number) {
  const [digits, part] = number.decimal().split(".");
  return digits.replace(/\B(?=(\d{3})+$)/g, ",") + (part === undefined ? "" : `.${part}`);
}

const SYMBOLS = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };

/** An amount for readers: `$0.705`, `$2.50`, `CHF 3`. */
export function money(number, currency) {
  const [digits, part] = grouped(number).replace("-", "").split(".");
  const shown = digits + (part === undefined ? "" : `.${part.padEnd(2, "0")}`);
  return (number.n < 0n ? "-" : "") + (SYMBOLS[currency] ?? `${currency} `) + shown;
}
