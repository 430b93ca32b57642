// @ts-check
// Small drawings of the emoji that mark state, for machines without a colour emoji font (many servers and containers).
import { svg } from "./dom.js";

const RED = "#dd3b4a";
const ORANGE = "#f08a24";
const YELLOW = "#f2c231";
const GREEN = "#3fa45b";
const BLUE = "#3f86d8";
const PURPLE = "#8d63c9";
const GREY = "#8b949e";
const PALE = "#e6e8eb";
const DARK = "#3b4045";

/** @typedef {[shape: string, colour: string, stroke?: number]} Stroke */
const disc = (/** @type {string} */ colour) =>
  /** @type {Stroke[]} */ ([["M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15z", colour]]);
const square = (/** @type {string} */ colour) =>
  /** @type {Stroke[]} */ ([
    [
      "M4.5 3h11a1.5 1.5 0 0 1 1.5 1.5v11a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15.5v-11A1.5 1.5 0 0 1 4.5 3z",
      colour,
    ],
  ]);
const line = (/** @type {string} */ path, /** @type {string} */ colour, width = 2.2) =>
  /** @type {Stroke} */ ([path, colour, width]);
const page = /** @type {Stroke} */ (["M4.5 2.5h11v15h-11z", PALE]);

/** @type {Record<string, Stroke[]>} */
const ART = {
  "🔴": disc(RED),
  "🟠": disc(ORANGE),
  "🟡": disc(YELLOW),
  "🟢": disc(GREEN),
  "🔵": disc(BLUE),
  "🟣": disc(PURPLE),
  "⚪": [...disc(PALE), line("M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15z", GREY, 0.8)],
  "⚫": disc(DARK),
  "🟥": square(RED),
  "🟧": square(ORANGE),
  "🟨": square(YELLOW),
  "🟩": square(GREEN),
  "🟦": square(BLUE),
  "⬜": square(PALE),
  "⬛": square(DARK),
  "✅": [...square(GREEN), line("M6 10.5 9 13.5 14.5 6.5", "#fff")],
  "☑": [...square(BLUE), line("M6 10.5 9 13.5 14.5 6.5", "#fff")],
  "✔": [line("M4 11 8.5 15.5 16.5 5", GREEN, 2.6)],
  "❌": [line("M4.5 4.5l11 11M15.5 4.5l-11 11", RED, 3)],
  "⛔": [...disc(RED), line("M6 10h8", "#fff", 2.6)],
  "🚫": [line("M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM5.2 5.2l9.6 9.6", RED, 2)],
  "🛑": [["M6.5 2.5h7l4 4v7l-4 4h-7l-4-4v-7z", RED], line("M6.5 10h7", "#fff", 2.4)],
  "⚠": [["M10 2 18.5 17h-17z", YELLOW], line("M10 7.5v4.5M10 14.5v.01", DARK, 1.8)],
  "🚨": [
    ["M4 13a6 7 0 0 1 12 0z", RED],
    ["M2.5 13.5h15V17h-15z", GREY],
  ],
  "❗": [line("M10 3v8.5M10 16v.01", RED, 3.2)],
  "‼": [line("M7 3v8.5M7 16v.01M13 3v8.5M13 16v.01", RED, 2.8)],
  "❓": [line("M6.5 7c.3-4.5 7.5-4 6.8 0C13 9.3 10 9.5 10 12M10 16v.01", RED, 2.4)],
  ℹ: [...square(BLUE), line("M10 9v5M10 6v.01", "#fff")],
  "🔺": [["M10 3.5 17 15.5H3z", RED]],
  "🔻": [["M10 16.5 17 4.5H3z", RED]],
  "⬆": [...square(BLUE), line("M10 15V6M6.5 9 10 5.5 13.5 9", "#fff", 1.8)],
  "⬇": [...square(BLUE), line("M10 5v9M6.5 11 10 14.5 13.5 11", "#fff", 1.8)],
  "➡": [...square(BLUE), line("M5 10h9M11 6.5 14.5 10 11 13.5", "#fff", 1.8)],
  "↗": [...square(BLUE), line("M6 14 13.5 6.5M8 6.5h5.5V12", "#fff", 1.8)],
  "↘": [...square(BLUE), line("M6 6l7.5 7.5M8 13.5h5.5V8", "#fff", 1.8)],
  "📈": [page, line("M6 13 9 9.5l2 1.5 3.5-4.5", RED, 1.6)],
  "📉": [page, line("M6 7 9 10.5 11 9l3.5 4.5", BLUE, 1.6)],
  "📊": [page, line("M7 14v-4", GREEN), line("M10 14V6", BLUE), line("M13 14V8.5", RED)],
  "📅": [["M3 4h14v13H3z", PALE], ["M3 4h14v4H3z", RED], line("M6 11h2M10 11h2M6 14h2M10 14h2", GREY, 1.4)],
  "📆": [["M3 4h14v13H3z", PALE], ["M3 4h14v4H3z", RED], line("M6 11h2M10 11h2M6 14h2M10 14h2", GREY, 1.4)],
  "🗓": [["M3 4h14v13H3z", PALE], ["M3 4h14v4H3z", GREY], line("M6 11h2M10 11h2M6 14h2M10 14h2", GREY, 1.4)],
  "📝": [page, line("M7 6.5h6M7 9.5h6M7 12.5h3", GREY, 1.3), line("M11.5 15 17 8.5", ORANGE, 2.2)],
  "📋": [["M4 3.5h12v14H4z", "#b07d4f"], ["M6 5.5h8v10H6z", "#fff"], line("M8 3.5h4", GREY, 2.4)],
  "📄": [page, line("M7 6.5h6M7 9.5h6M7 12.5h4", GREY, 1.3)],
  "📌": [["M7 2.5h6l-1 5 2.5 3.5h-9L8 7.5z", RED], line("M10 11v6.5", GREY, 1.4)],
  "📎": [line("M13 6v7.5a3 3 0 0 1-6 0V5.5a2 2 0 0 1 4 0V13", GREY, 1.5)],
  "🔗": [line("M8.5 11.5l3-3M9.5 6.5 12 4a3 3 0 0 1 4 4l-2.5 2.5M10.5 13.5 8 16a3 3 0 0 1-4-4l2.5-2.5", GREY, 1.7)],
  "🔔": [
    ["M10 2.5c4 0 5 3 5 6.5 0 3 1.5 4 1.5 5h-13c0-1 1.5-2 1.5-5 0-3.5 1-6.5 5-6.5z", YELLOW],
    line("M8.5 16.5h3", "#c99a10", 1.8),
  ],
  "⏰": [...disc(RED), ["M10 5a5 5 0 1 0 0 10a5 5 0 1 0 0-10z", "#fff"], line("M10 7v3.2l2 1.3", DARK, 1.3)],
  "⏳": [["M5.5 3h9L10 10z", "#c9a26b"], ["M5.5 17h9L10 10z", YELLOW], line("M5 3h10M5 17h10", "#8a6a3b", 1.6)],
  "⌛": [["M5.5 3h9L10 10z", "#c9a26b"], ["M5.5 17h9L10 10z", YELLOW], line("M5 3h10M5 17h10", "#8a6a3b", 1.6)],
  "🔒": [["M4.5 9h11v8h-11z", YELLOW], line("M7 9V6.5a3 3 0 0 1 6 0V9", GREY, 1.8)],
  "🎯": [
    ...disc(RED),
    ["M10 5a5 5 0 1 0 0 10a5 5 0 1 0 0-10z", "#fff"],
    ["M10 7.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5z", RED],
  ],
  "⭐": [["M10 2l2.4 5.2 5.6.7-4.2 3.9 1.1 5.6L10 14.6l-4.9 2.8 1.1-5.6L2 7.9l5.6-.7z", YELLOW]],
  "✨": [
    ["M8 3l1.5 4.5L14 9l-4.5 1.5L8 15l-1.5-4.5L2 9l4.5-1.5z", YELLOW],
    ["M15 11l.8 2.2L18 14l-2.2.8L15 17l-.8-2.2L12 14l2.2-.8z", YELLOW],
  ],
  "🚩": [line("M5 2.5v15", GREY, 1.6), ["M5.5 3 16 6.5 5.5 10.5z", RED]],
  "❤": [["M10 17C4 12.5 2 10 2 7.2 2 3 7.5 2 10 6c2.5-4 8-3 8 1.2 0 2.8-2 5.3-8 9.8z", RED]],
  "👀": [
    ["M6 5c4.5 0 4.5 10 0 10s-4.5-10 0-10zM14 5c4.5 0 4.5 10 0 10s-4.5-10 0-10z", "#fff"],
    line("M6 5c4.5 0 4.5 10 0 10s-4.5-10 0-10zM14 5c4.5 0 4.5 10 0 10s-4.5-10 0-10z", GREY, 0.8),
    line("M5 10.5v1M13 10.5v1", DARK, 3),
  ],
  "👍": [
    ["M2.5 9.5h4v7h-4z", BLUE],
    ["M7.5 9.5 11 3c1.8 0 2.3 1.2 2 2.8L12.5 8.5h4c1.3 0 1.6 1.2 1.3 2.2l-1.3 4.5c-.3 1-.9 1.5-1.8 1.5H7.5z", YELLOW],
  ],
  "🙌": [
    ["M3 8c0-2 2-2 2 0l2 4v5H4zM17 8c0-2-2-2-2 0l-2 4v5h3z", YELLOW],
    line("M10 3v3M6.5 4l1 2M13.5 4l-1 2", BLUE, 1.4),
  ],
  "🎉": [
    ["M3 17 7 7l6 6z", YELLOW],
    line("M11 5.5c1-2 2.5-2 3-3M14 9c1.5-1 2-1 3.5-1M12.5 7.5 16 4", RED, 1.4),
    line("M15.5 12v.01M9.5 3v.01", BLUE, 2),
  ],
  "👋": [
    [
      "M5 8l3 5 1-1-3-7c1-1.5 2-1 2.5 0l2.5 5-1.5-5.5c.5-1.5 2-1 2.3 0L14 11l.5-2c1-1 2-.5 2 1l-1 5c-1 3-6 4-8.5.5L3.5 9.5C3.5 8 4.5 7.5 5 8z",
      YELLOW,
    ],
  ],
  "🤔": [
    ...disc(YELLOW),
    line("M7 8v.5M13 8v.5", DARK, 1.8),
    line("M7.5 13.5c1.5-.8 3-.8 4.5-.3M6 5.5l2.5-.5", DARK, 1.2),
  ],
};

const bare = (/** @type {string} */ character) => character.replace("\uFE0F", "");

/** @param {string} character */
export const hasArt = (character) => Object.hasOwn(ART, bare(character));

/** @param {string} character one that hasArt() */
export function art(character) {
  const strokes = ART[bare(character)].map(([path, colour, width]) =>
    svg(
      "path",
      width === undefined
        ? { d: path, fill: colour }
        : { d: path, fill: "none", stroke: colour, "stroke-width": width },
    ),
  );
  return svg(
    "svg",
    { viewBox: "0 0 20 20", "aria-hidden": "true", "stroke-linecap": "round", "stroke-linejoin": "round" },
    ...strokes,
  );
}
