// Exact numbers: fractions of BigInt with a denominator above zero.

const DIGITS = 20; // of an amount that has no finite decimal

/** A fraction. It need not be in lowest terms: amounts are over powers of ten, and stay so. */
export class Rational {
  constructor(n, d = 1n) {
    this.n = n;
    this.d = d;
  }

  /** A fraction in lowest terms. */
  static of(n, d = 1n) {
    if (d < 0n) [n, d] = [-n, -d];
    let [shared, rest] = [n < 0n ? -n : n, d];
    while (rest) [shared, rest] = [rest, shared % rest];
    return new Rational(n / shared, d / shared);
  }

  /** The number of a text such as `0.025`, `-2/3` or `200`. */
  static parse(text) {
    const match = /^(-?\d+)(?:\.(\d+)|\/(\d+))?$/.exec(text);
    if (match === null) throw new SyntaxError(`\`${text}\` is not an exact number`);
    const [, digits, part = "", below] = match;
    if (below !== undefined) return Rational.of(BigInt(digits), BigInt(below));
    return new Rational(BigInt(digits + part), ten(part.length));
  }

  plus(other) {
    if (this.d === other.d) return new Rational(this.n + other.n, this.d);
    if (this.d % other.d === 0n) return new Rational(this.n + other.n * (this.d / other.d), this.d);
    if (other.d % this.d === 0n) return other.plus(this);
    return Rational.of(this.n * other.d + other.n * this.d, this.d * other.d);
  }

  minus(other) {
    return this.plus(new Rational(-other.n, other.d));
  }

  times(other) {
    return new Rational(this.n * other.n, this.d * other.d);
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
    return this.compare(other) === 0;
  }

  /** The number as a whole number of steps. */
  rounded(step, mode) {
    const steps = this.over(step);
    return new Rational(whole(steps.n, steps.d, UP[mode])).times(step);
  }

  /** The digits after the point that are enough; null where it has no finite decimal. */
  get places() {
    let found = PLACES.get(this.d);
    if (found === undefined) {
      const { d } = Rational.of(this.n, this.d);
      const most = d.toString(2).length;
      for (found = 0; ten(found) % d; found += 1) if (found === most) return null;
    }
    return found;
  }

  /** The number as a decimal: exact, or rounded half even to 20 places. */
  decimal() {
    if (this.d === 1n) return String(this.n);
    const places = this.places ?? DIGITS;
    const power = ten(places);
    const units = power === this.d ? this.n : whole(this.n * power, this.d, UP.half_even);
    const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
    const part = digits.slice(digits.length - places).replace(/0+$/, "");
    const sign = units < 0n ? "-" : "";
    return sign + digits.slice(0, digits.length - places) + (part && `.${part}`);
  }

  /** The fraction in lowest terms: `3/200`, or `7`. */
  toString() {
    const { n, d } = Rational.of(this.n, this.d);
    return d === 1n ? String(n) : `${n}/${d}`;
  }
}

const TENS = Array.from({ length: 60 }, (_, places) => 10n ** BigInt(places));
const PLACES = new Map(TENS.map((power, places) => [power, places]));
const KNOWN = new Map();
export const ZERO = new Rational(0n);
export const ONE = new Rational(1n);

/** The number of a text of the book. */
export function number(text) {
  let found = KNOWN.get(text);
  if (found === undefined) {
    found = Rational.parse(text);
    if (KNOWN.size < 10_000) KNOWN.set(text, found);
  }
  return found;
}

/** The sum of some numbers. */
export function sumOf(numbers) {
  return numbers.length ? numbers.reduce((sum, one) => sum.plus(one)) : ZERO;
}

function ten(places) {
  return TENS[places] ?? 10n ** BigInt(places);
}

/** Whether the quotient of a number goes up; `over` is how far it is over its floor and a half. */
const UP = {
  half_even: (n, floor, over) => over > 0n || (over === 0n && floor % 2n !== 0n),
  half_up: (n, floor, over) => over > 0n || (over === 0n && n >= 0n),
  half_down: (n, floor, over) => over > 0n || (over === 0n && n < 0n),
  up: (n) => n >= 0n,
  down: (n) => n < 0n,
};

/** A quotient as a whole number: its floor, or the next. */
function whole(n, d, isUp) {
  const rest = ((n % d) + d) % d;
  const floor = (n - rest) / d;
  return rest && isUp(n, floor, 2n * rest - d) ? floor + 1n : floor;
}
