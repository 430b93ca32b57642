// @ts-check
// The markdown block: the common part of standard Markdown (headings, lists, quotes, code, tables, links, styles).
import { h } from "./dom.js";
import { EMOJI, emoji, isEmoji, withEmoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

/** @param {string} source */
export function markdown(source) {
  const root = h("div", { class: "markdown" });
  const lines = source.split("\n");
  let at = 0;
  while (at < lines.length) {
    const [node, used] = block(lines, at);
    if (node) root.append(node);
    at += used;
  }
  return root;
}

/**
 * The block that starts at line `at`, and how many lines it takes.
 * @param {string[]} lines
 * @param {number} at
 * @returns {[Node | null, number]}
 */
function block(lines, at) {
  const line = lines[at];
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (!line.trim()) return [null, 1];
  if (line.startsWith("```")) return fence(lines, at);
  if (heading)
    return [
      h(
        "p",
        { class: `md-h md-h${heading[1].length}`, role: "heading", "aria-level": heading[1].length + 2 },
        inline(heading[2]),
      ),
      1,
    ];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return [h("hr", null), 1];
  if (/^\s*>/.test(line)) return quote(lines, at);
  if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) return list(lines, at);
  if (line.includes("|") && /^\s*\|?[\s:|-]*-[\s:|-]*$/.test(lines[at + 1] ?? "")) return table(lines, at);
  const used = run(lines, at, (next) => next.trim() !== "" && !/^(#{1,6}\s|```|\s*>|\s*([-*+]|\d+[.)])\s)/.test(next));
  return [
    h(
      "p",
      null,
      lines.slice(at, at + used).flatMap((text, i) => [i ? h("br", null) : null, ...inline(text)]),
    ),
    used,
  ];
}

/** @param {string[]} lines @param {number} at @param {(line: string) => boolean} goesOn */
function run(lines, at, goesOn) {
  let used = 1;
  while (at + used < lines.length && goesOn(lines[at + used])) used++;
  return used;
}

/** @param {string[]} lines @param {number} at @returns {[Node, number]} */
function fence(lines, at) {
  const used = run(lines, at, (next) => !next.startsWith("```"));
  return [h("pre", null, lines.slice(at + 1, at + used).join("\n")), used + 1];
}

/** @param {string[]} lines @param {number} at @returns {[Node, number]} */
function quote(lines, at) {
  const used = run(lines, at, (next) => /^\s*>/.test(next));
  const inner = lines
    .slice(at, at + used)
    .map((text) => text.replace(/^\s*> ?/, ""))
    .join("\n");
  return [h("blockquote", null, markdown(inner)), used];
}

/** @param {string[]} lines @param {number} at @returns {[Node, number]} */
function list(lines, at) {
  const used = run(lines, at, (next) => /^\s*([-*+]|\d+[.)])\s+|^\s{2,}\S/.test(next));
  const ordered = /^\s*\d/.test(lines[at]);
  const items = lines.slice(at, at + used).map((text) => {
    const [, space, body] = /^(\s*)(?:[-*+]|\d+[.)])?\s*(.*)$/.exec(text) ?? ["", "", text];
    const task = /^\[([ xX])\]\s+(.*)$/.exec(body);
    const box =
      task && h("input", { type: "checkbox", disabled: true, checked: task[1] !== " ", "aria-hidden": "true" });
    return h(
      "li",
      { class: `indent-${Math.min(Math.floor(space.length / 2), 5)}${task ? " task" : ""}` },
      box,
      inline(task ? task[2] : body),
    );
  });
  return [h(ordered ? "ol" : "ul", null, items), used];
}

/** @param {string[]} lines @param {number} at @returns {[Node, number]} */
function table(lines, at) {
  const used = run(lines, at, (next) => next.includes("|"));
  const cells = (/** @type {string} */ text) =>
    text
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const row = (/** @type {string} */ text, /** @type {string} */ tag) =>
    h(
      "tr",
      null,
      cells(text).map((cell) => h(tag, null, inline(cell))),
    );
  const body = lines.slice(at + 2, at + used).map((text) => row(text, "td"));
  return [
    h(
      "div",
      { class: "table-scroll" },
      h("table", null, h("thead", null, row(lines[at], "th")), h("tbody", null, body)),
    ),
    used,
  ];
}

/** Code, strong (twice), strike, emphasis (twice), link, bare address, emoji: in the order in which span() takes them. */
const SPANS = new RegExp(
  [
    /(`[^`]+`)/,
    /\*\*(?=\S)(.+?)(?<=\S)\*\*/,
    /__(?=\S)(.+?)(?<=\S)__/,
    /~~(?=\S)(.+?)(?<=\S)~~/,
    /(?<![\p{L}\p{N}*])\*(?=\S)([^*]+?)(?<=\S)\*/u,
    /(?<![\p{L}\p{N}_])_(?=\S)([^_]+?)(?<=\S)_(?![\p{L}\p{N}])/u,
    /!?\[([^\]]*)\]\(([^)\s]+)\)/,
    /(https?:\/\/[^\s<>)"]+)/,
    /(:[a-z0-9_+'-]+:)/,
  ]
    .map((one) => one.source)
    .join("|"),
  "gu",
);

/**
 * @param {string} source
 * @returns {Node[]}
 */
function inline(source) {
  const nodes = /** @type {Node[]} */ ([]);
  let from = 0;
  for (const match of source.matchAll(SPANS)) {
    nodes.push(...withEmoji(source.slice(from, match.index)), span(match));
    from = match.index + match[0].length;
  }
  nodes.push(...withEmoji(source.slice(from)));
  return nodes;
}

/** @param {RegExpMatchArray} match @returns {Node} */
function span(match) {
  const [whole, code, bold, bold2, strike, italic, italic2, label, url, bare, name] = match;
  if (code) return h("code", null, code.slice(1, -1));
  if (bold ?? bold2) return h("strong", null, inline(bold ?? bold2));
  if (strike) return h("s", null, inline(strike));
  if (italic ?? italic2) return h("em", null, inline(italic ?? italic2));
  if (url) return link(url, ...withEmoji(label || url));
  if (bare) return link(bare, bare);
  EMOJI.lastIndex = 0;
  return name && isEmoji(name.slice(1, -1)) ? emoji(name.slice(1, -1)) : document.createTextNode(whole);
}
