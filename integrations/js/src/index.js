export { Book, load } from "./book.js";
export { Bill } from "./bill.js";
export { BookError, PriceError } from "./errors.js";
export { Rational } from "./rational.js";
