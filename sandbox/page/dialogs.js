// @ts-check
// Small questions: the confirm object of Block Kit, and choosing a person to write to.
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";

/**
 * Shows a dialog until it is closed; focus stays inside and returns to where it was.
 * @param {string} title
 * @param {(close: (answer?: any) => void) => import("./dom.js").Child[]} content
 * @param {Record<string, any>} [props]
 * @returns {Promise<any>} what close was called with; undefined when dismissed
 */
export function ask(title, content, props = {}) {
  return new Promise((resolve) => {
    const id = freshId("ask");
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const close = (/** @type {any} */ answer = undefined) => {
      dialog.close();
      dialog.remove();
      before?.isConnected && before.focus({ preventScroll: true });
      resolve(answer);
    };
    const dialog = /** @type {HTMLDialogElement} */ (
      h(
        "dialog",
        { class: "ask", role: "dialog", "aria-modal": "true", "aria-labelledby": id, ...props },
        h(
          "header",
          null,
          h("h2", { id }, title),
          h(
            "button",
            { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => close() },
            icon("close"),
          ),
        ),
        content(close),
      )
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Asks a Block Kit confirm object's question; without one, the answer is yes.
 * @param {any} confirm
 * @returns {Promise<boolean>}
 */
export async function confirmed(confirm) {
  if (!confirm) return true;
  const style = confirm.style === "danger" ? "danger" : "primary";
  const answer = await ask(
    plain(confirm.title),
    (close) => [
      h("div", { class: "ask-body" }, h("div", { class: "mrk" }, textObject(confirm.text))),
      h(
        "footer",
        null,
        h(
          "button",
          { type: "button", class: "button", "data-testid": "confirm-deny", onclick: () => close(false) },
          plain(confirm.deny),
        ),
        h(
          "button",
          {
            type: "button",
            class: `button ${style}`,
            "data-testid": "confirm-ok",
            autofocus: true,
            onclick: () => close(true),
          },
          plain(confirm.confirm),
        ),
      ),
    ],
    { "data-testid": "confirm" },
  );
  return answer === true;
}
