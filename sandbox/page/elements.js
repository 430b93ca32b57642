// @ts-check
// Block Kit's interactive elements. Each is built from its JSON and a slot: where it stands and what a change means there.
import { h } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { icon } from "./icons.js";
import { choiceGroup, dateInput, fileInput, textInput } from "./inputs.js";
import { isSafeUrl, plain, textObject } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { select } from "./selects.js";
import { busy } from "./slot.js";

/** @typedef {import("./slot.js").Slot} Slot */

/** @type {Record<string, (element: any, slot: Slot) => HTMLElement>} */
const KINDS = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedback,
  overflow,
  image: thumbnail,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: textInput,
  datepicker: dateInput,
  timepicker: dateInput,
  datetimepicker: dateInput,
  file_input: fileInput,
  checkboxes: choiceGroup,
  radio_buttons: choiceGroup,
};

/** @param {any} element @param {Slot} slot */
export function renderElement(element, slot) {
  const kind = KINDS[element.type] ?? (/_select$/.test(element.type) ? select : unknown);
  return kind(element, slot);
}

/** @param {any} element */
function unknown(element) {
  return h("span", { class: "unsupported" }, `[${element.type} is not shown here]`);
}

/** @param {any} element @param {Slot} slot @returns {HTMLElement} */
function button(element, slot) {
  const label = plain(element.text);
  const props = {
    type: "button",
    class: `button ${element.style ?? ""}`,
    "data-action-id": element.action_id,
    "data-value": element.value,
    "aria-label": element.accessibility_label ?? null,
    onclick: press,
  };
  const node = h("button", props, h("span", { class: "button-label" }, textObject(element.text ?? label)));
  return node;

  async function press() {
    if (node.getAttribute("aria-busy") === "true" || !(await confirmed(element.confirm))) return;
    if (element.url && isSafeUrl(element.url)) open(element.url, "_blank", "noopener,noreferrer");
    await busy(node, () => slot.surface.click({ block_id: slot.block, action_id: element.action_id }));
  }
}

/** @param {any} element @param {Slot} slot */
function iconButton(element, slot) {
  const node = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "data-action-id": element.action_id,
      "aria-label": element.accessibility_label ?? plain(element.text),
      title: plain(element.text),
      onclick: press,
    },
    icon("trash", 16),
  );
  return node;

  async function press() {
    if (await confirmed(element.confirm))
      await busy(node, () => slot.surface.click({ block_id: slot.block, action_id: element.action_id }));
  }
}

/** @param {any} element @param {Slot} slot */
function feedback(element, slot) {
  const one = (/** @type {any} */ part, /** @type {string} */ kind) =>
    part &&
    h(
      "button",
      {
        type: "button",
        class: `icon-button ${kind}`,
        "data-action-id": element.action_id,
        "data-value": part.value,
        title: plain(part.text),
        "aria-label": part.accessibility_label ?? plain(part.text),
        onclick: () => slot.surface.click({ block_id: slot.block, action_id: element.action_id, value: part.value }),
      },
      icon("up", 16),
    );
  return h("span", { class: "feedback" }, one(element.positive_button, "good"), one(element.negative_button, "bad"));
}

/** @param {any} element @param {Slot} slot */
function overflow(element, slot) {
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-action-id": element.action_id,
      onclick: show,
    },
    icon("dots", 18),
  );
  return node;

  function show() {
    const items = (element.options ?? []).map((/** @type {any} */ option) => ({
      content: [
        h(
          "span",
          null,
          textObject(option.text),
          option.description && h("small", null, textObject(option.description)),
        ),
      ],
      props: { "data-value": option.value },
      pick: () => choose(option),
    }));
    openMenu(node, items, { label: "More actions", end: true });
  }

  async function choose(/** @type {any} */ option) {
    if (!(await confirmed(element.confirm))) return;
    if (option.url && isSafeUrl(option.url)) open(option.url, "_blank", "noopener,noreferrer");
    await busy(node, () =>
      slot.surface.click({ block_id: slot.block, action_id: element.action_id, selected: option.value }),
    );
  }
}

/** Pictures are never fetched: the sandbox shows where they stand. @param {any} element */
function thumbnail(element) {
  return h(
    "span",
    { class: "thumbnail", role: "img", "aria-label": element.alt_text || "image", title: element.alt_text },
    icon("image", 18),
  );
}
