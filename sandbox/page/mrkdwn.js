// @ts-check
// Slack's mrkdwn as DOM nodes. Nothing a person wrote can become markup: text becomes text nodes, and only
// https, http, mailto and tel links become links.
import { h } from "./dom.js";
import { EMOJI, emoji, emojiText, isEmoji, withEmoji } from "./emoji.js";
import { slackDate } from "./dates.js";
import { displayName, now, person, state } from "./state.js";

const STYLES = /** @type {Record<string, string>} */ ({ "*": "strong", _: "em", "~": "s" });
const WORD = /[\p{L}\p{N}]/u;
const DEEPEST = 8;

/** @param {string} text */
export const decode = (text) =>
  text.replace(
    /&(amp|lt|gt);/g,
    (_, name) => /** @type {Record<string, string>} */ ({ amp: "&", lt: "<", gt: ">" })[name],
  );

/** Whether a link may be followed. @param {string} url */
export const isSafeUrl = (url) => /^(https?:\/\/|mailto:|tel:)/i.test(url);

/**
 * @param {string} url
 * @param {...import("./dom.js").Child} children
 */
export function link(url, ...children) {
  if (!isSafeUrl(url)) return h("span", null, ...children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/**
 * A text object (plain_text or mrkdwn) as nodes.
 * @param {{type?: string, text?: string, emoji?: boolean, verbatim?: boolean} | string | null | undefined} object
 * @returns {Node[]}
 */
export function textObject(object) {
  if (!object) return [];
  if (typeof object === "string") return emojiText(object);
  const text = object.text ?? "";
  if (object.type === "mrkdwn") return mrkdwn(text, object.verbatim);
  return object.emoji === false ? [document.createTextNode(text)] : emojiText(text);
}

/** The text of a text object as one plain line. @param {any} object */
export const plain = (object) =>
  textObject(object)
    .map((node) => node.textContent)
    .join("");

/**
 * @param {string} source
 * @param {boolean} [verbatim] leaves bare addresses alone
 * @returns {Node[]}
 */
export function mrkdwn(source, verbatim = false) {
  const nodes = /** @type {Node[]} */ ([]);
  source.split(/```([\s\S]+?)```/).forEach((part, index) => {
    if (index % 2) nodes.push(h("pre", null, code(part.replace(/^\n|\n$/g, ""))));
    else nodes.push(...lines(index ? part.replace(/^\n/, "") : part, verbatim));
  });
  return nodes;
}

/**
 * Splits quotes from the rest; `>>>` quotes all that follows.
 * @param {string} source
 * @param {boolean} verbatim
 */
function lines(source, verbatim) {
  const nodes = /** @type {Node[]} */ ([]);
  let run = /** @type {string[]} */ ([]);
  let quoted = false;
  const flush = () => {
    if (!run.length) return;
    const content = inline(run.join("\n"), verbatim, 0);
    nodes.push(...(quoted ? [h("blockquote", null, ...content)] : content));
    run = [];
  };
  const all = source.split("\n");
  for (let i = 0; i < all.length; i++) {
    if (/^(&gt;|>){3}/.test(all[i])) {
      flush();
      const rest = [all[i].replace(/^((&gt;|>){3}) ?/, ""), ...all.slice(i + 1)].join("\n");
      nodes.push(h("blockquote", null, ...inline(rest, verbatim, 0)));
      return nodes;
    }
    const quote = /^(&gt;|>) ?/.exec(all[i]);
    if (Boolean(quote) !== quoted) flush();
    quoted = Boolean(quote);
    run.push(quote ? all[i].slice(quote[0].length) : all[i]);
  }
  flush();
  return nodes;
}

/**
 * Text styles, code, emoji and <control sequences> of a run of lines.
 * @param {string} source
 * @param {boolean} verbatim
 * @param {number} depth
 * @returns {Node[]}
 */
function inline(source, verbatim, depth) {
  const nodes = /** @type {Node[]} */ ([]);
  const barren = /** @type {Record<string, number>} */ ({});
  let buffer = "";
  let at = 0;
  const put = (/** @type {Node} */ node, /** @type {number} */ next) => {
    if (buffer) nodes.push(...textRun(buffer, verbatim));
    buffer = "";
    nodes.push(node);
    at = next;
  };
  while (at < source.length) {
    const found = special(source, at, verbatim, depth, barren);
    if (found) put(found.node, found.next);
    else buffer += source[at++];
  }
  if (buffer) nodes.push(...textRun(buffer, verbatim));
  return nodes;
}

/**
 * What starts at `at`, if it is more than a character.
 * @param {string} source
 * @param {number} at
 * @param {boolean} verbatim
 * @param {number} depth
 * @param {Record<string, number>} barren per mark, up to where it is known that no closing mark comes
 * @returns {{node: Node, next: number} | null}
 */
function special(source, at, verbatim, depth, barren) {
  const mark = source[at];
  if (mark === "`") {
    const end = source.indexOf("`", at + 1);
    if (end <= at + 1 || source.slice(at, end).includes("\n")) return null;
    return { node: h("code", null, code(source.slice(at + 1, end))), next: end + 1 };
  }
  if (mark === "<") {
    const end = source.indexOf(">", at);
    const node = end > 0 ? control(source.slice(at + 1, end)) : null;
    return node && { node, next: end + 1 };
  }
  if (mark === ":") {
    EMOJI.lastIndex = at;
    const match = EMOJI.exec(source);
    return match && isEmoji(match[1]) ? { node: emoji(match[1]), next: EMOJI.lastIndex } : null;
  }
  if (!STYLES[mark] || depth >= DEEPEST || (barren[mark] ?? -1) > at) return null;
  const end = closing(source, at, barren);
  if (end < 0) return null;
  return { node: h(STYLES[mark], null, ...inline(source.slice(at + 1, end), verbatim, depth + 1)), next: end + 1 };
}

/**
 * Where the style opened at `at` closes on the same line, or -1.
 * @param {string} source
 * @param {number} at
 * @param {Record<string, number>} barren
 */
function closing(source, at, barren) {
  const mark = source[at];
  const inside = source[at + 1];
  if ((at > 0 && WORD.test(source[at - 1])) || !inside || /\s/.test(inside) || inside === mark) return -1;
  let i = at + 2;
  for (; i < source.length && source[i] !== "\n"; i++) {
    if (source[i] === "<") i = Math.max(i, source.indexOf(">", i));
    else if (source[i] === mark && !/\s/.test(source[i - 1]) && !WORD.test(source[i + 1] ?? " ")) return i;
  }
  barren[mark] = i;
  return -1;
}

/** Text inside code: control sequences show what they stand for, nothing else is special. @param {string} source */
function code(source) {
  return decode(source.replace(/<([^<>]+)>/g, (whole, body) => control(body)?.textContent ?? whole));
}

/**
 * Plain text with entities decoded and bare web addresses linked.
 * @param {string} source
 * @param {boolean} verbatim
 * @returns {Node[]}
 */
function textRun(source, verbatim) {
  const text = decode(source);
  if (verbatim || !text.includes("://")) return withEmoji(text);
  return text
    .split(/(https?:\/\/[^\s<>|"]*[^\s<>|"'.,;:!?)*_~\]])/)
    .flatMap((part, index) => (index % 2 ? [link(part, part)] : withEmoji(part)));
}

/**
 * What `<…>` stands for; null when it is only text.
 * @param {string} body
 * @returns {Node | null}
 */
function control(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : decode(body.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/.test(target)) return userMention(target.slice(1), label);
  if (/^#[CG][A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return dateNode(decode(target), label);
  if (/^!(channel|here|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || "@group");
  if (target.startsWith("!")) return label ? document.createTextNode(label) : null;
  const url = decode(target);
  return isSafeUrl(url) ? link(url, ...withEmoji(label || url.replace(/^(mailto|tel):/, ""))) : null;
}

/** @param {string} name */
export const broadcast = (name) => h("span", { class: "mention mention-me", "data-broadcast": name }, `@${name}`);

/**
 * @param {string} id
 * @param {string} [label]
 */
export function userMention(id, label) {
  const name = person(id) || id === state.workspace.app.bot_user_id ? displayName(id) : label || displayName(id);
  return h("span", { class: id === state.me?.id ? "mention mention-me" : "mention", "data-user": id }, `@${name}`);
}

/**
 * @param {string} id
 * @param {string} [label]
 */
export function channelMention(id, label) {
  const known = state.channels.find((one) => one.id === id);
  if (!known) return h("span", { class: "mention" }, `#${label || "private channel"}`);
  return h("a", { class: "mention", href: `#/as/${state.me.id}/${id}` }, `#${known.name}`);
}

/**
 * @param {string} target `!date^seconds^pattern^link`
 * @param {string} fallback
 */
function dateNode(target, fallback) {
  const [, seconds, pattern, url] = target.split("^");
  if (!/^-?\d+$/.test(seconds ?? "") || !pattern) return document.createTextNode(fallback);
  return dateElement(Number(seconds), pattern, url, fallback);
}

/**
 * @param {number} seconds
 * @param {string} pattern
 * @param {string} [url]
 * @param {string} [fallback]
 */
export function dateElement(seconds, pattern, url, fallback) {
  const tz = state.me.tz;
  try {
    const text = slackDate(seconds, pattern, tz, now());
    const title = slackDate(seconds, "{date_long} at {time}", tz, now());
    const node = h("time", { datetime: new Date(seconds * 1000).toISOString(), title: `${title} (${tz})` }, text);
    return url && isSafeUrl(url) ? link(url, node) : node;
  } catch {
    return document.createTextNode(fallback ?? "");
  }
}
