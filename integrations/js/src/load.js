// From a document to a book.

import { Book } from "./book.js";
import { BookError } from "./errors.js";

const FORMAT = "pricelang compiled book";
const VERSION = 1;
/** The kinds of rules that are evaluated here: a book with another would be priced wrongly. */
const KINDS = [
  "model, alias, value, meter, price, announcement, derivation, modifier line, limit, exclusion",
  "allow, charge price, charge minimum, charge pool, charge free, refusal, free, note, rounding",
  "conversion, tiers",
].flatMap((line) => line.split(", "));

/** The book of a document of `pricelang compile`, as text, bytes or data. Throws `BookError`. */
export function load(document) {
  const data = read(document);
  if (data.version !== VERSION) {
    throw new BookError(`the document is of version ${data.version}, and not of ${VERSION}`);
  }
  const strange = data.kinds.filter((kind) => !KINDS.includes(kind));
  if (!strange.length) return new Book(data);
  throw new BookError(`the book has rules of kinds that are not known here: ${strange.join(", ")}`);
}

/** Throws `BookError` where a document was changed or is not whole: its checksum is not its own. */
export async function verify(document) {
  const { checksum, ...rest } = read(document);
  const { subtle } = globalThis.crypto ?? (await import("node:crypto")).webcrypto;
  const bytes = new TextEncoder().encode(canonical(rest));
  const found = [...new Uint8Array(await subtle.digest("SHA-256", bytes))];
  if (found.map((byte) => byte.toString(16).padStart(2, "0")).join("") === checksum) return;
  throw new BookError("the checksum is not that of the rest: it was changed or is not whole");
}

function read(document) {
  let data = document;
  try {
    // What `readFile` gives without an encoding, and `fetch` as an `ArrayBuffer`.
    const isBytes = ArrayBuffer.isView(document) || document instanceof ArrayBuffer;
    if (isBytes) data = new TextDecoder().decode(document);
    if (typeof data === "string") data = JSON.parse(data);
  } catch (error) {
    throw new BookError(`the document is no JSON: ${error.message}`);
  }
  if (data?.format !== FORMAT) throw new BookError(`the document is not a \`${FORMAT}\``);
  return data;
}

/** JSON with sorted names and without spaces. */
function canonical(data) {
  if (Array.isArray(data)) return `[${data.map(canonical)}]`;
  if (typeof data !== "object" || data === null) return JSON.stringify(data);
  const names = Object.keys(data).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(data[name])}`)}}`;
}
