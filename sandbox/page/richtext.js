// @ts-check
// Slack's rich_text blocks as DOM nodes.
import { h } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { broadcast, channelMention, dateElement, link, userMention } from "./mrkdwn.js";

/** @param {any} block */
export const richText = (block) => h("div", { class: "rich-text" }, (block.elements ?? []).map(container));

/** @param {any} element */
function container(element) {
  const leaves = () => (element.elements ?? []).map(leaf);
  switch (element.type) {
    case "rich_text_preformatted":
      return h("pre", null, leaves());
    case "rich_text_quote":
      return h("blockquote", null, leaves());
    case "rich_text_list":
      return list(element);
    default:
      return h("div", { class: "rich-section" }, leaves());
  }
}

/** @param {any} element */
function list(element) {
  const ordered = element.style === "ordered";
  const props = {
    class: `indent-${Math.min(element.indent ?? 0, 5)}`,
    start: ordered ? (element.offset ?? 0) + 1 : null,
  };
  const items = (element.elements ?? []).map((/** @type {any} */ item) =>
    h("li", null, (item.elements ?? []).map(leaf)),
  );
  return h(ordered ? "ol" : "ul", props, items);
}

/** @param {any} element @returns {Node} */
function leaf(element) {
  return styled(bareLeaf(element), element.style ?? {});
}

/** @param {any} element @returns {Node} */
function bareLeaf(element) {
  switch (element.type) {
    case "link":
      return link(element.url, ...withEmoji(element.text || element.url));
    case "user":
      return userMention(element.user_id);
    case "channel":
      return channelMention(element.channel_id);
    case "usergroup":
      return h("span", { class: "mention" }, "@group");
    case "broadcast":
      return broadcast(element.range);
    case "emoji":
      return emoji(element.name);
    case "date":
      return dateElement(element.timestamp, element.format, element.url, element.fallback);
    case "color":
      return h("code", null, element.value);
    default:
      return h("span", null, withEmoji(element.text ?? ""));
  }
}

/**
 * @param {Node} node
 * @param {Record<string, boolean>} style
 */
function styled(node, style) {
  const tags = {
    bold: "strong",
    italic: "em",
    strike: "s",
    underline: "u",
    code: "code",
    highlight: "mark",
    client_highlight: "mark",
  };
  return Object.entries(tags).reduce((inner, [name, tag]) => (style[name] ? h(tag, null, inner) : inner), node);
}
