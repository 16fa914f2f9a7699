export { Bill } from "./bill.js";
export { Book } from "./book.js";
export { BookError, PriceError } from "./errors.js";
export { load, verify } from "./load.js";
export { Rational } from "./rational.js";
