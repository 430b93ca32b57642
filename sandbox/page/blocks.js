// @ts-check
// Block Kit blocks as DOM nodes, for messages, modals and the Home tab.
import { chart } from "./chart.js";
import { freshId, h } from "./dom.js";
import { renderElement } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { link, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

/** @typedef {import("./surface.js").Surface} Surface */

/** @type {Record<string, (block: any, surface: Surface) => Node[]>} */
const KINDS = {
  header: (block) => [h("h3", null, textObject(block.text))],
  section,
  context,
  actions,
  input,
  image,
  divider: () => [h("hr", null)],
  rich_text: (block) => [richText(block)],
  markdown: (block) => [foldable(markdown(block.text ?? ""))],
  table: (block) => [table(block)],
  data_table: (block) => [dataTable(block)],
  data_visualization: (block) => [chart(block)],
  alert: (block) => [
    h(
      "div",
      { class: `alert alert-${block.level ?? "default"}`, role: "note" },
      icon(/warning|error/.test(block.level) ? "warning" : "info", 18),
      h("div", { class: "mrk" }, textObject(block.text)),
    ),
  ],
  context_actions: actions,
  container,
  card,
  carousel: (block, surface) => [
    h(
      "div",
      { class: "carousel" },
      (block.elements ?? []).flatMap((/** @type {any} */ one) => card(one, surface)),
    ),
  ],
  file: (block) => [h("div", { class: "file" }, icon("file"), block.external_id ?? "File")],
  video: (block) => [link(block.title_url ?? "", plain(block.title))],
};

/**
 * @param {any[]} blocks
 * @param {Surface} surface
 * @returns {HTMLElement[]}
 */
export function renderBlocks(blocks, surface) {
  return blocks.map((block) => {
    const kind = KINDS[block.type] ?? unknown;
    return h(
      "div",
      { class: `block block-${block.type}`, "data-block-id": block.block_id, "data-block-type": block.type },
      kind(block, surface),
    );
  });
}

/** @param {any} block */
const unknown = (block) => [h("p", { class: "unsupported" }, `A ${block.type} block is not shown here.`)];

/**
 * @param {any} block
 * @param {Surface} surface
 * @returns {import("./slot.js").Slot}
 */
const slot = (block, surface) => ({
  block: block.block_id,
  surface,
  dispatch: true,
  input: false,
  optional: false,
  props: {},
});

/** @param {any} block @param {Surface} surface */
function section(block, surface) {
  const text = block.text && h("div", { class: "mrk" }, textObject(block.text));
  const fields =
    block.fields?.length &&
    h(
      "div",
      { class: "fields" },
      block.fields.map((/** @type {any} */ one) => h("div", { class: "mrk" }, textObject(one))),
    );
  const body = h("div", { class: "section-body" }, text && (block.expand ? text : foldable(text)), fields);
  const accessory =
    block.accessory &&
    h(
      "div",
      { class: `accessory accessory-${block.accessory.type}` },
      renderElement(block.accessory, slot(block, surface)),
    );
  return [h("div", { class: "section" }, body, accessory)];
}

/** @param {any} block */
function context(block) {
  return [
    h(
      "div",
      { class: "context" },
      (block.elements ?? []).map((/** @type {any} */ one) =>
        one.type === "image"
          ? h(
              "span",
              { class: "thumbnail tiny", role: "img", "aria-label": one.alt_text || "image", title: one.alt_text },
              icon("image", 13),
            )
          : h("span", { class: "mrk" }, textObject(one)),
      ),
    ),
  ];
}

/** @param {any} block @param {Surface} surface */
function actions(block, surface) {
  return [
    h(
      "div",
      { class: "actions" },
      (block.elements ?? []).map((/** @type {any} */ one) => renderElement(one, slot(block, surface))),
    ),
  ];
}

/** @param {any} block */
function image(block) {
  return [
    h(
      "figure",
      { class: "image" },
      block.title && h("figcaption", null, textObject(block.title)),
      h(
        "div",
        { class: "image-place", role: "img", "aria-label": block.alt_text || "image" },
        icon("image", 28),
        h("span", null, block.alt_text || "Image"),
      ),
    ),
  ];
}

/** @param {any} block @param {Surface} surface */
function input(block, surface) {
  const [control, label, hint, error] = ["control", "label", "hint", "error"].map(freshId);
  const group = /^(checkboxes|radio_buttons)$/.test(block.element.type);
  const props = {
    id: control,
    "aria-labelledby": label,
    "aria-describedby": `${hint} ${error}`,
    "aria-required": block.optional || group ? null : "true",
  };
  const element = renderElement(block.element, {
    block: block.block_id,
    surface,
    dispatch: Boolean(block.dispatch_action),
    input: true,
    optional: Boolean(block.optional),
    props,
  });
  return [
    h(
      group ? "span" : "label",
      { class: "label", id: label, for: group ? null : control },
      textObject(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    element,
    h("p", { class: "error", id: error, "data-error": block.block_id, role: "alert" }),
    h("p", { class: "hint", id: hint }, textObject(block.hint)),
  ];
}

/** @param {any} block @param {Surface} surface */
function container(block, surface) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : h("strong", null, textObject(block.title));
  const head = [
    block.icon && renderElement(block.icon, slot(block, surface)),
    h(
      "div",
      { class: "container-title" },
      title,
      block.subtitle && h("div", { class: "muted mrk" }, textObject(block.subtitle)),
    ),
  ];
  const body = renderBlocks(block.child_blocks ?? [], surface);
  const shape = `container container-${block.width ?? "standard"}`;
  if (block.is_collapsible)
    return [h("details", { class: shape, open: !block.default_collapsed }, h("summary", null, head), body)];
  const divided = block.has_header_divider ? "divided" : null;
  return [h("section", { class: shape }, h("header", { class: divided }, head), body)];
}

/** @param {any} block @param {Surface} surface */
function card(block, surface) {
  const part = (/** @type {any} */ text, /** @type {string} */ kind) =>
    text && h("div", { class: `mrk ${kind}` }, textObject(text));
  return [
    h(
      "article",
      { class: "card" },
      part(block.title, "card-title"),
      part(block.subtitle, "muted"),
      part(block.body, ""),
      part(block.subtext, "muted small"),
      block.actions &&
        h(
          "div",
          { class: "actions" },
          block.actions.map((/** @type {any} */ one) => renderElement(one, slot(block, surface))),
        ),
    ),
  ];
}

/** Folds what is very tall behind a "See more"; measured once it is on the page. @param {HTMLElement} node */
export function foldable(node) {
  const more = h("button", { type: "button", class: "see-more", hidden: true, onclick: toggle }, "See more");
  const fold = h("div", { class: "fold" }, node);
  const watcher = new ResizeObserver(() => {
    if (!node.isConnected || !node.scrollHeight) return;
    watcher.disconnect();
    if (node.scrollHeight <= 760) return;
    fold.classList.add("folded");
    more.hidden = false;
  });
  watcher.observe(node);
  return h("div", null, fold, more);

  function toggle() {
    const folded = fold.classList.toggle("folded");
    more.textContent = folded ? "See more" : "See less";
  }
}
