// What sentences for readers are made of.

/** A value for a sentence, cut where it is long. */
export function shown(value, most = 100) {
  const isPlain = typeof value !== "object" || value === null;
  const text = isPlain ? String(value) : Object.prototype.toString.call(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A number for readers: `50,000`. */
export function grouped(number) {
  const [digits, ...part] = number.decimal().split(".");
  return [digits.replace(/\B(?=(\d{3})+$)/g, ","), ...part].join(".");
}

/** A text of the book with the values that it names in braces. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
