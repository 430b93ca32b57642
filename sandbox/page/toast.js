// @ts-check
import { byId, h } from "./dom.js";

/**
 * Says something for a few seconds, to readers too.
 * @param {string} text
 * @param {"info" | "error"} [kind]
 */
export function toast(text, kind = "info") {
  const note = h("div", { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" }, text);
  const host = document.querySelector("dialog[open]:last-of-type") ?? byId("toasts");
  host.append(note);
  setTimeout(() => note.remove(), kind === "error" ? 7000 : 3500);
}

/** Tells readers of a new message without moving anything. @param {string} text */
export function announce(text) {
  byId("announcer").textContent = text;
}
