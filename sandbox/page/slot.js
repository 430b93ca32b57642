// @ts-check
// Where a control stands and what a change there means.
import { confirmed } from "./dialogs.js";

/**
 * @typedef {{block: string, surface: import("./surface.js").Surface, dispatch: boolean, input: boolean, optional: boolean,
 *   props: Record<string, any>}} Slot
 *   dispatch: a change is sent at once; input: it stands in an input block; props: aria attributes for the control
 */

/**
 * Keeps a new value and sends it where a change is sent at once.
 * @param {any} element
 * @param {Slot} slot
 * @param {import("./form.js").Value} value
 * @returns {Promise<boolean>} false when the person said no to the confirm question
 */
export async function change(element, slot, value) {
  if (slot.dispatch && !(await confirmed(element.confirm))) return false;
  slot.surface.form.set(slot.block, element.action_id, value);
  if (slot.dispatch) await slot.surface.click({ block_id: slot.block, action_id: element.action_id, selected: value });
  return true;
}

/** Marks a button as working while `work` runs. @param {HTMLElement} node @param {() => Promise<any>} work */
export async function busy(node, work) {
  node.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}
