// @ts-check
// Dates as Slack shows them, in the viewer's zone. The rules of the tokens are those of Slack's
// "Formatting text for app surfaces": the year is left out within six months, "pretty" says today and its neighbours.

const SIX_MONTHS = 182 * 86400;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} tz
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(tz, options) {
  const key = tz + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options })));
  return found;
}

/**
 * @typedef {{year: number, month: number, day: number, hour: number, minute: number, second: number}} Wall
 * @param {number} seconds unix time
 * @param {string} tz
 * @returns {Wall}
 */
export function wall(seconds, tz) {
  const parts = format(tz, {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  }).formatToParts(seconds * 1000);
  const read = (/** @type {string} */ type) => Number(parts.find((part) => part.type === type)?.value);
  return {
    year: read("year"),
    month: read("month"),
    day: read("day"),
    hour: read("hour"),
    minute: read("minute"),
    second: read("second"),
  };
}

/** The viewer's calendar day as a number that can be subtracted. @param {number} seconds @param {string} tz */
export function dayNumber(seconds, tz) {
  const { year, month, day } = wall(seconds, tz);
  return Math.round(Date.UTC(year, month - 1, day) / 86400000);
}

/** @param {number} seconds @param {string} tz */
export const time = (seconds, tz) =>
  format(tz, { hour: "numeric", minute: "2-digit", hour12: true })
    .format(seconds * 1000)
    .replace(/\s/g, " ");

/** @param {number} seconds @param {string} tz */
const timeSecs = (seconds, tz) =>
  format(tz, { hour: "numeric", minute: "2-digit", second: "2-digit", hour12: true })
    .format(seconds * 1000)
    .replace(/\s/g, " ");

/** @param {number} day */
function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${{ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th"}`;
}

/** "today", "yesterday", "tomorrow" or nothing. @param {number} seconds @param {string} tz @param {number} now */
function nearDay(seconds, tz, now) {
  const away = dayNumber(seconds, tz) - dayNumber(now, tz);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[String(away)];
}

/** @param {number} seconds @param {number} now */
export function ago(seconds, now) {
  const units = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([
    ["year", 31536000],
    ["month", 2592000],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ]);
  const difference = seconds - now;
  const [unit, size] = units.find(([, length]) => Math.abs(difference) >= length) ?? ["second", 1];
  if (unit === "second" && Math.abs(difference) < 45) return "just now";
  return new Intl.RelativeTimeFormat("en", { numeric: "always" }).format(Math.trunc(difference / size), unit);
}

/**
 * Fills Slack's date tokens in `pattern`; unknown tokens stay as they are.
 * @param {number} seconds unix time
 * @param {string} pattern such as "{date_short_pretty} at {time}"
 * @param {string} tz the viewer's IANA zone
 * @param {number} now unix time that "today" refers to
 */
export function slackDate(seconds, pattern, tz, now) {
  const text = pattern.replace(/\{([a-z_]+)\}/g, (whole, token) => dateToken(token, seconds, tz, now) ?? whole);
  return /^\{/.test(pattern) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/**
 * @param {string} token
 * @param {number} seconds
 * @param {string} tz
 * @param {number} now
 * @returns {string | undefined}
 */
function dateToken(token, seconds, tz, now) {
  const { year, month, day } = wall(seconds, tz);
  const monthName = (/** @type {"long" | "short"} */ style) => format(tz, { month: style }).format(seconds * 1000);
  const withYear = Math.abs(seconds - now) < SIX_MONTHS ? "" : `, ${year}`;
  const long = `${monthName("long")} ${ordinal(day)}${withYear}`;
  const short = `${monthName("short")} ${day}${withYear}`;
  const weekday = format(tz, { weekday: "long" }).format(seconds * 1000);
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  switch (token) {
    case "date_num":
      return `${year}-${pad(month)}-${pad(day)}`;
    case "date_slash":
      return `${pad(day)}/${pad(month)}/${year}`;
    case "date":
      return long;
    case "date_short":
      return short;
    case "date_long":
      return `${weekday}, ${long}`;
    case "date_long_full":
      return `${monthName("long")} ${day}, ${year}`;
    case "date_pretty":
      return nearDay(seconds, tz, now) ?? long;
    case "date_short_pretty":
      return nearDay(seconds, tz, now) ?? short;
    case "date_long_pretty":
    case "day_divider_pretty":
      return nearDay(seconds, tz, now) ?? `${weekday}, ${long}`;
    case "time":
      return time(seconds, tz);
    case "time_secs":
      return timeSecs(seconds, tz);
    case "ago":
      return ago(seconds, now);
    default:
      return undefined;
  }
}

/** "Mon, Aug 10" with the year when it is not this one. @param {number} seconds @param {string} tz @param {number} now */
export function shortDay(seconds, tz, now) {
  const year = wall(seconds, tz).year === wall(now, tz).year ? undefined : "numeric";
  return format(tz, { weekday: "short", month: "short", day: "numeric", year }).format(seconds * 1000);
}

/** "Mon 9:00 AM" within a week of now, else with the date. @param {number} seconds @param {string} tz @param {number} now */
export function shortMoment(seconds, tz, now) {
  const away = dayNumber(seconds, tz) - dayNumber(now, tz);
  if (away === 0) return time(seconds, tz);
  const day = Math.abs(away) < 7 ? format(tz, { weekday: "short" }).format(seconds * 1000) : shortDay(seconds, tz, now);
  return `${day} ${time(seconds, tz)}`;
}

/**
 * Unix time of a wall-clock time; the earlier reading where the clock goes back.
 * @param {string} local "2026-08-10T09:00"
 * @param {string} tz
 * @returns {number | null} null when `local` is not such a time
 */
export function fromLocal(local, tz) {
  const asUtc = Date.parse(`${local}Z`) / 1000;
  if (Number.isNaN(asUtc)) return null;
  const offsetAt = (/** @type {number} */ at) => {
    const { year, month, day, hour, minute, second } = wall(at, tz);
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - at;
  };
  const first = asUtc - offsetAt(asUtc);
  return asUtc - offsetAt(first);
}

/** The reverse of fromLocal, as a datetime-local input wants it. @param {number} seconds @param {string} tz */
export function toLocal(seconds, tz) {
  const { year, month, day, hour, minute } = wall(seconds, tz);
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${year}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}`;
}
