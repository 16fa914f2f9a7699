// Instants as whole UTC seconds, and what a clock sets at one.

import { PriceError } from "./errors.js";
import { shown } from "./texts.js";

export const DAY = 86_400;
const [FIRST, LAST] = [-62_135_596_800, 253_402_300_799];
const MONDAY = 3 * 1440; // the minute of its week at which 1970 began, a Thursday
const TEXT = new RegExp(
  String.raw`^(\d{4}-\d\d-\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?` +
    String.raw`(?:Z| UTC|([+-])([01]\d|2[0-3]):?([0-5]\d))?)?$`,
);

/** The UTC seconds of a day, an instant as text, a `Date`, or a number of seconds. */
export function secondsOf(at) {
  let found = NaN;
  if (typeof at === "number") found = Math.floor(at);
  else if (at instanceof Date) found = Math.floor(at.getTime() / 1000);
  else if (typeof at === "string" && at.length <= 40) found = ofText(at.trim());
  if (found >= FIRST && found <= LAST) return found;
  const help = "write a day, an instant such as `2026-04-17T12:30:00Z`, or seconds since 1970";
  throw new PriceError("bad_date", `\`${shown(at)}\` is not a day or an instant`, help);
}

function ofText(text) {
  const [, day, hour = "00", minute = "00", second = "00", sign, hours = 0, minutes = 0] =
    TEXT.exec(text) ?? [];
  const found = new Date(`${day}T${hour}:${minute}:${second}Z`);
  if (found.getUTCDate() !== +day?.slice(8)) return NaN; // such as 30 February
  return found / 1000 - (sign === "-" ? -60 : 60) * (60 * hours + +minutes);
}

/** Decides whether an instant is given as a day, without a time. */
export function isDay(at) {
  return typeof at === "string" && /^\d{4}-\d\d-\d\d$/.test(at.trim());
}

/** UTC seconds for readers: a day, with the time unless it is midnight. */
export function written(seconds) {
  const text = new Date(seconds * 1000).toISOString();
  const time = text.slice(11, 19);
  return text.slice(0, 10) + (time === "00:00:00" ? "" : ` ${time.replace(/:00$/, "")}`);
}

const FORMATS = new Map();

/** The minutes since 1970 that the clocks of a zone show at an instant. */
function localMinutes(zone, seconds) {
  if (zone === "UTC") return Math.floor(seconds / 60);
  if (!FORMATS.has(zone)) {
    const names = ["year", "month", "day", "hour", "minute"].map((name) => [name, "numeric"]);
    const options = { ...Object.fromEntries(names), hourCycle: "h23", timeZone: zone };
    FORMATS.set(zone, new Intl.DateTimeFormat("en-US", options));
  }
  const part = {};
  const parts = FORMATS.get(zone).formatToParts(seconds * 1000);
  for (const { type, value } of parts) part[type] = +value;
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute) / 60_000;
}

/** The value that a clock sets at an instant, by its turns in the week. */
export function clockValue({ zone, turns }, seconds) {
  const minute = (((localMinutes(zone, seconds) + MONDAY) % 10_080) + 10_080) % 10_080;
  return turns.findLast(([start]) => start <= minute)[1];
}

/** The instants of a day at which a clock sets another value, or time is parted; midnight first. */
export function turnsOfDay(weeks, boundaries, midnight) {
  const parted = boundaries.filter((at) => midnight < at && at < midnight + DAY);
  const minutes = Array.from({ length: DAY / 60 }, (_, minute) => midnight + 60 * minute);
  const settings = minutes.map((at) => weeks.map((week) => clockValue(week, at)).join());
  const turns = minutes.filter((_, place) => settings[place] !== settings[place - 1]);
  return [...new Set([...turns, ...parted])].sort((a, b) => a - b);
}
