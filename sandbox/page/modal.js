// @ts-check
// The stack of modals: one dialog that shows the topmost view. What was typed belongs to the view's form (form.js), so
// an update of the view, a refused submission or a view pushed on top never loses it.
import { act } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { byId, h, keepFocus } from "./dom.js";
import { forgetForm } from "./form.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { tidyFloats } from "./popover.js";
import { busy } from "./slot.js";
import { state } from "./state.js";
import { viewSurface } from "./surface.js";
import { problems } from "./validate.js";

/**
 * @typedef {{viewId: string, stamp: string, view: any, surface: import("./surface.js").Surface, errors: string}} Shown
 * @type {Shown | null}
 */
let shown = null;
/** @type {HTMLElement | null} */
let before = null;
/** @type {Set<string>} */
const known = new Set();
/** @type {() => void} */
let changed = () => {};

const dialog = () => /** @type {HTMLDialogElement} */ (byId("modal"));

/** @param {() => void} onChange called after a submission or a close, to read the new state */
export function startModals(onChange) {
  changed = onChange;
  dialog().addEventListener("cancel", (event) => {
    event.preventDefault();
    closeTop();
  });
}

/** Shows the topmost view of the state, or nothing. */
export function syncModals() {
  forgetClosed();
  const top = state.modals[state.modals.length - 1];
  if (!top) return hide();
  const stamp = JSON.stringify([top.view.hash, top.view.blocks, state.modals.length]);
  if (shown?.viewId === top.view_id && shown.stamp === stamp) return takeErrors(top.errors);
  const same = shown?.viewId === top.view_id;
  const scroll = dialog().querySelector(".modal-body")?.scrollTop ?? 0;
  shown = {
    viewId: top.view_id,
    stamp,
    view: top.view,
    surface: viewSurface(top.view_id, top.view, "modal"),
    errors: "",
  };
  if (same) keepFocus(dialog(), () => draw(scroll));
  else draw(0);
  takeErrors(top.errors);
  if (!dialog().open) open();
  if (!same) focusFirst();
  tidyFloats();
}

function forgetClosed() {
  const alive = new Set(state.modals.map((one) => one.view_id));
  for (const id of known)
    if (!alive.has(id)) {
      forgetForm(`${state.me.id}/${id}`);
      known.delete(id);
    }
  for (const id of alive) known.add(id);
}

function open() {
  before = /** @type {HTMLElement | null} */ (document.activeElement);
  dialog().showModal();
}

function hide() {
  shown = null;
  if (!dialog().open) return;
  dialog().close();
  dialog().replaceChildren();
  if (before?.isConnected) before.focus({ preventScroll: true });
}

/** @param {number} scroll */
function draw(scroll) {
  const { view, viewId, surface } = /** @type {Shown} */ (shown);
  const stacked = state.modals.length > 1;
  const close = (/** @type {string} */ label, /** @type {string} */ name, /** @type {string} */ id) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": label,
        "data-testid": id,
        onclick: name === "back" ? closeTop : closeAll,
      },
      icon(name),
    );
  const form = h(
    "form",
    { novalidate: true, onsubmit: submit },
    h(
      "header",
      null,
      stacked && close("Back", "back", "modal-back"),
      h("h2", { id: "modal-title" }, plain(view.title)),
      close("Close", "close", "modal-dismiss"),
    ),
    h(
      "div",
      { class: "modal-body", tabindex: "-1" },
      h("p", { class: "modal-failure", role: "alert", hidden: true }),
      renderBlocks(view.blocks ?? [], surface),
    ),
    h(
      "footer",
      null,
      h(
        "button",
        { type: "button", class: "button", "data-testid": "modal-close", onclick: closeTop },
        plain(view.close) || "Cancel",
      ),
      view.submit &&
        h(
          "button",
          { type: "submit", class: "button primary", "data-testid": "modal-submit" },
          h("span", { class: "button-label" }, plain(view.submit)),
        ),
    ),
  );
  form.addEventListener("input", clearError);
  dialog().dataset.viewId = viewId;
  dialog().dataset.callbackId = view.callback_id ?? "";
  dialog().replaceChildren(form);
  form.querySelector(".modal-body")?.scrollTo(0, scroll);
}

function focusFirst() {
  const wanted =
    dialog().querySelector("[data-autofocus]") ??
    dialog().querySelector(".block input, .block textarea") ??
    dialog().querySelector("footer .primary");
  /** @type {HTMLElement | null} */ (wanted)?.focus({ preventScroll: true });
}

/** @param {Event} event */
function clearError(event) {
  const block = /** @type {Element} */ (event.target).closest(".block");
  const error = block?.querySelector("[data-error]");
  if (error) error.textContent = "";
  block?.classList.remove("wrong");
}

/** Shows errors from the sandbox, once: they come with the answer and again with the state. @param {Record<string, string> | undefined} errors */
function takeErrors(errors) {
  const text = JSON.stringify(errors ?? {});
  if (!shown || shown.errors === text) return;
  shown.errors = text;
  showErrors(errors ?? {});
}

/** @param {Record<string, string>} errors by block id */
function showErrors(errors) {
  let first = /** @type {HTMLElement | null} */ (null);
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (dialog().querySelectorAll("[data-error]"))) {
    const text = errors[line.dataset.error ?? ""] ?? "";
    line.textContent = text;
    const block = line.closest(".block");
    block?.classList.toggle("wrong", Boolean(text));
    block?.querySelector("input, textarea")?.toggleAttribute("aria-invalid", Boolean(text));
    if (text) first ??= /** @type {HTMLElement | null} */ (block);
  }
  fail(errors["*"] ?? "");
  first?.scrollIntoView({ block: "nearest" });
  /** @type {HTMLElement | null} */ (first?.querySelector("input, textarea") ?? null)?.focus({ preventScroll: true });
}

/** @param {Event} event */
async function submit(event) {
  event.preventDefault();
  const button = dialog().querySelector("[data-testid=modal-submit]");
  if (!shown || !(button instanceof HTMLElement) || button.getAttribute("aria-busy") === "true") return;
  const { viewId, view, surface } = shown;
  const values = surface.form.values(view.blocks ?? []);
  const found = problems(view.blocks ?? [], values);
  shown.errors = "";
  showErrors(found);
  if (Object.keys(found).length) return;
  const answer = await busy(button, () => act(state.me.id, "submit", { view_id: viewId, values }));
  if (shown?.viewId === viewId) {
    if (answer.errors && Object.keys(answer.errors).length) takeErrors(answer.errors);
    else if (!answer.ok) fail(answer.error ?? "We had some trouble connecting. Try again?");
  }
  changed();
}

/** @param {string} text */
function fail(text) {
  const line = /** @type {HTMLElement | null} */ (dialog().querySelector(".modal-failure"));
  if (!line) return;
  line.textContent = text;
  line.hidden = !text;
  if (text) line.scrollIntoView({ block: "nearest" });
}

async function closeTop() {
  const top = state.modals[state.modals.length - 1];
  if (!top) return;
  const answer = await act(state.me.id, "close", { view_id: top.view_id });
  if (!answer.ok) fail(answer.error ?? "The modal could not be closed.");
  changed();
}

/** The cross closes the whole stack, as in Slack. */
async function closeAll() {
  for (const one of [...state.modals].reverse()) await act(state.me.id, "close", { view_id: one.view_id });
  changed();
}
