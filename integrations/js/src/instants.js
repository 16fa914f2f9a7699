// Instants as whole UTC seconds, and what a clock sets at one.

import { PriceError, shown } from "./errors.js";

export const DAY = 86_400;
const [FIRST, LAST] = [-62_135_596_800, 253_402_300_799];
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TEXT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?(?:Z| UTC|([+-])(\d\d):?(\d\d))?)?$/;

/** The UTC seconds of a day, an instant as text, a `Date`, or a number of seconds. */
export function secondsOf(at) {
  let found = NaN;
  if (typeof at === "number") found = Math.floor(at);
  else if (at instanceof Date) found = Math.floor(at.getTime() / 1000);
  else if (typeof at === "string" && at.length <= 40) found = ofText(at.trim());
  if (found >= FIRST && found <= LAST) return found;
  throw new PriceError("bad_date", `\`${shown(at)}\` is not a day or an instant`, {
    help: "write a day such as `2026-04-17`, an instant such as `2026-04-17T12:30:00Z`, or seconds since 1970",
  });
}

function ofText(text) {
  const match = TEXT.exec(text);
  if (match === null) return NaN;
  const [, date, hour = 0, minute = 0, second = 0, sign, aheadHours = 0, aheadMinutes = 0] = match;
  const day = dayOf(date);
  if (hour > 23 || minute > 59 || second > 59 || aheadHours > 23 || aheadMinutes > 59) return NaN;
  const ahead = (sign === "-" ? -60 : 60) * (60 * aheadHours + +aheadMinutes);
  return day + 3600 * hour + 60 * minute + +second - ahead;
}

function dayOf(text) {
  const [, year, month, day] = DATE.exec(text).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / 1000 : NaN;
}

/** Decides whether an instant is given as a day, without a time. */
export function isDay(at) {
  return typeof at === "string" && DATE.test(at.trim());
}

/** UTC seconds for readers: a day, with the time unless it is midnight. */
export function written(seconds) {
  const text = new Date(seconds * 1000).toISOString();
  const time = text.slice(11, 19);
  return text.slice(0, 10) + (time === "00:00:00" ? "" : ` ${time.replace(/:00$/, "")}`);
}

// ---- clocks ----

const FORMATS = new Map();

/** The seconds since 1970 that the clocks of a zone show at an instant. */
function localSeconds(zone, seconds) {
  if (zone === "UTC") return seconds;
  let format = FORMATS.get(zone);
  if (format === undefined) {
    const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric" };
    const rest = { minute: "numeric", second: "numeric", hourCycle: "h23", timeZone: zone };
    format = new Intl.DateTimeFormat("en-US", { ...numeric, ...rest });
    FORMATS.set(zone, format);
  }
  const part = {};
  for (const { type, value } of format.formatToParts(seconds * 1000)) part[type] = +value;
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000;
}

/** Decides whether a clock holds at an instant. */
function holds(clock, seconds) {
  const local = Math.floor(localSeconds(clock.zone, seconds) / 60);
  const day = (((Math.floor(local / 1440) + 3) % 7) + 7) % 7; // 1970 began on a Thursday
  const minute = ((local % 1440) + 1440) % 1440;
  const [today, yesterday] = [clock.days.includes(day), clock.days.includes((day + 6) % 7)];
  return clock.windows.some(([start, end]) =>
    start < end
      ? today && start <= minute && minute < end
      : (today && minute >= start) || (yesterday && minute < end),
  );
}

/** The value that the clock sets of a dimension at an instant: the default outside of all hours. */
export function clockValue(dimension, seconds) {
  const found = dimension.values.findIndex(({ clocks }) => clocks.some((one) => holds(one, seconds)));
  return found < 0 ? dimension.default : found;
}

/** The instants of a day at which a clock sets another value, or time is parted; midnight first. */
export function turnsOfDay(dimensions, boundaries, midnight) {
  const clocked = dimensions.filter((dimension) => dimension.clocked);
  const parted = boundaries.filter((at) => midnight < at && at < midnight + DAY);
  const found = new Set([midnight]);
  let before = "";
  for (let at = midnight; at < midnight + DAY; at += 60) {
    const now = clocked.map((dimension) => clockValue(dimension, at)).join();
    if (now !== before) found.add(at);
    before = now;
  }
  return [...found, ...parted].sort((a, b) => a - b);
}
