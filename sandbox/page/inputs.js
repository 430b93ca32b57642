// @ts-check
// Typed inputs, dates, radio buttons and checkboxes.
import { act } from "./api.js";
import { fromLocal, toLocal } from "./dates.js";
import { freshId, h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import { change } from "./slot.js";
import { state } from "./state.js";

/** @typedef {import("./slot.js").Slot} Slot */

const TYPES = /** @type {Record<string, string>} */ ({ email_text_input: "email", url_text_input: "url" });

/** @param {any} element @param {Slot} slot */
export function textInput(element, slot) {
  const initial = richText(element.initial_value) ?? "";
  const multiline = element.multiline || element.type === "rich_text_input";
  const props = {
    ...slot.props,
    class: "text-input",
    "data-action-id": element.action_id,
    placeholder: plain(element.placeholder) || null,
    value: slot.surface.form.start(slot.block, element.action_id, initial || null) ?? "",
    maxlength: element.max_length ?? null,
    "data-autofocus": element.focus_on_load,
    oninput: typed,
    onkeydown: pressed,
  };
  const kind = multiline
    ? { rows: "4" }
    : {
        type: TYPES[element.type] ?? "text",
        inputmode: element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
      };
  const node = /** @type {HTMLInputElement} */ (h(multiline ? "textarea" : "input", { ...kind, ...props }));
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer = 0;
  return node;

  function typed() {
    const value = node.value === "" ? null : node.value;
    slot.surface.form.set(slot.block, element.action_id, value);
    if (!slot.dispatch || !triggers.includes("on_character_entered")) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => change(element, slot, value), 250);
  }

  function pressed(/** @type {KeyboardEvent} */ event) {
    if (
      event.key !== "Enter" ||
      event.isComposing ||
      multiline ||
      !slot.dispatch ||
      !triggers.includes("on_enter_pressed")
    )
      return;
    event.preventDefault();
    change(element, slot, node.value || null);
  }
}

/** The words of a rich_text value, which is typed here as plain text. @param {any} value @returns {string | undefined} */
function richText(value) {
  if (typeof value !== "object" || value === null) return value;
  const words = (/** @type {any} */ node) => node.text ?? (node.elements ?? []).map(words).join("");
  return (value.elements ?? []).map(words).join("\n");
}

const DATES = /** @type {Record<string, {type: string, initial: string}>} */ ({
  datepicker: { type: "date", initial: "initial_date" },
  timepicker: { type: "time", initial: "initial_time" },
  datetimepicker: { type: "datetime-local", initial: "initial_date_time" },
});

/** Values are "2026-08-10", "09:00" and, for a moment, unix seconds as a string. @param {any} element @param {Slot} slot */
export function dateInput(element, slot) {
  const { type, initial } = DATES[element.type];
  const moment = element.type === "datetimepicker";
  const tz = state.me.tz;
  const given = element[initial] === undefined ? null : String(element[initial]);
  const kept = /** @type {string | null} */ (slot.surface.form.start(slot.block, element.action_id, given));
  const node = /** @type {HTMLInputElement} */ (
    h("input", {
      ...slot.props,
      type,
      class: "text-input date-input",
      "data-action-id": element.action_id,
      "data-autofocus": element.focus_on_load,
      "aria-label": slot.props.id ? null : plain(element.placeholder) || type,
      title: element.timezone ?? (moment ? tz : null),
      value: kept && moment ? toLocal(Number(kept), tz) : (kept ?? ""),
      onchange: chosen,
    })
  );
  return node;

  async function chosen() {
    const local = node.value && moment ? fromLocal(node.value, tz) : null;
    const value = moment ? (local === null ? null : String(local)) : node.value || null;
    const before = node.defaultValue;
    if (!(await change(element, slot, value))) node.value = before;
    else node.defaultValue = node.value;
  }
}

/** Each file goes to the sandbox as soon as it is chosen, as in Slack. @param {any} element @param {Slot} slot */
export function fileInput(element, slot) {
  const given = /** @type {any[]} */ (slot.surface.form.start(slot.block, element.action_id, []) ?? []);
  const names = h("span", { class: "file-names" }, given.map((file) => file.name).join(", "));
  const node = /** @type {HTMLInputElement} */ (
    h("input", {
      ...slot.props,
      type: "file",
      class: "text-input",
      "data-action-id": element.action_id,
      multiple: (element.max_files ?? 10) > 1,
      accept: (element.filetypes ?? []).map((/** @type {string} */ kind) => `.${kind}`).join(",") || null,
      onchange: chosen,
    })
  );
  return h("span", { class: "file-input" }, node, names);

  async function chosen() {
    const answers = await Promise.all([...(node.files ?? [])].map(upload));
    const files = answers.filter((answer) => answer.ok).map((answer) => answer.file);
    slot.surface.form.set(slot.block, element.action_id, files);
    const refused = answers.find((answer) => !answer.ok);
    names.textContent = refused ? (refused.error ?? "") : files.map((file) => file.name).join(", ");
  }
}

/** @param {File} file */
async function upload(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return act(state.me.id, "upload", { name: file.name, content: btoa(text) });
}

/** @param {any} element @param {Slot} slot */
export function choiceGroup(element, slot) {
  const radio = element.type === "radio_buttons";
  const first = radio
    ? (element.initial_option?.value ?? null)
    : (element.initial_options ?? []).map((/** @type {any} */ one) => one.value);
  const kept = slot.surface.form.start(slot.block, element.action_id, first);
  const name = freshId("choice");
  const boxes = /** @type {HTMLInputElement[]} */ ([]);
  const rows = (element.options ?? []).map((/** @type {any} */ option, /** @type {number} */ at) => {
    const checked = radio ? kept === option.value : (kept ?? []).includes(option.value);
    const box = /** @type {HTMLInputElement} */ (
      h("input", {
        type: radio ? "radio" : "checkbox",
        name,
        value: option.value,
        checked,
        onchange: chosen,
        "data-autofocus": element.focus_on_load && at === 0,
      })
    );
    boxes.push(box);
    return h(
      "label",
      { class: "choice" },
      box,
      h(
        "span",
        { class: "choice-text" },
        textObject(option.text),
        option.description && h("small", null, textObject(option.description)),
      ),
    );
  });
  const { id, ...aria } = slot.props;
  return h(
    "div",
    { ...aria, id, role: radio ? "radiogroup" : "group", class: "choices", "data-action-id": element.action_id },
    rows,
  );

  async function chosen() {
    const values = boxes.filter((box) => box.checked).map((box) => box.value);
    const before = slot.surface.form.start(slot.block, element.action_id, first) ?? [];
    if (await change(element, slot, radio ? (values[0] ?? null) : values)) return;
    for (const box of boxes) box.checked = radio ? before === box.value : before.includes(box.value);
  }
}
