// @ts-check
// Panels that float beside a control: menus, option lists, the emoji choice. One rule for all: a click elsewhere,
// Escape, or the control's disappearance closes them.
import { h } from "./dom.js";

/** @typedef {{anchor: Element, close: () => void, place: () => void}} Open */
/** @type {Open[]} */
const opened = [];

/**
 * Shows `panel` beside `anchor`, above modals too.
 * @param {HTMLElement} anchor
 * @param {HTMLElement} panel
 * @param {{onClose?: () => void, match?: boolean, end?: boolean}} [options] match: as wide as the anchor; end: right-aligned
 * @returns {() => void} closes it
 */
export function float(anchor, panel, options = {}) {
  const host = anchor.closest("dialog") ?? document.body;
  panel.classList.add("float");
  panel.setAttribute("popover", "manual");
  host.append(panel);
  panel.showPopover();
  const place = () => position(anchor, panel, options);
  const close = () => {
    const at = opened.findIndex((one) => one.close === close);
    if (at < 0) return;
    opened.splice(at, 1);
    panel.remove();
    options.onClose?.();
  };
  opened.push({ anchor, close, place });
  place();
  return close;
}

/**
 * @param {HTMLElement} anchor
 * @param {HTMLElement} panel
 * @param {{match?: boolean, end?: boolean}} options
 */
function position(anchor, panel, options) {
  const box = anchor.getBoundingClientRect();
  if (options.match) panel.style.width = `${box.width}px`;
  const { offsetWidth: width, scrollHeight: wanted } = panel;
  const [below, above] = [innerHeight - box.bottom - 12, box.top - 12];
  const up = below < Math.min(wanted, 240) && above > below;
  const height = Math.min(wanted + 2, up ? above : below, 360);
  const left = options.end ? box.right - width : box.left;
  panel.style.maxHeight = `${height}px`;
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  panel.style.top = `${up ? box.top - Math.min(panel.offsetHeight, height) - 4 : box.bottom + 4}px`;
}

/** Closes what belongs to controls that are no longer on the page, and moves the rest along. */
export function tidyFloats() {
  for (const one of [...opened]) one.anchor.isConnected ? one.place() : one.close();
}

document.addEventListener("pointerdown", (event) => {
  const target = /** @type {Element} */ (event.target);
  for (const one of [...opened]) if (!one.anchor.contains(target) && !target.closest?.(".float")) one.close();
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !opened.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const last = opened[opened.length - 1];
    last.close();
    const focusable = /** @type {HTMLElement} */ (last.anchor);
    if (focusable.tabIndex >= 0) focusable.focus();
  },
  true,
);
addEventListener("resize", tidyFloats);
document.addEventListener(
  "scroll",
  (event) => {
    if (!(/** @type {Element} */ (event.target).closest?.(".float"))) tidyFloats();
  },
  true,
);

/**
 * @typedef {{content: import("./dom.js").Child[], pick: () => void, props?: Record<string, any>, disabled?: boolean}} Item
 * A menu of buttons with arrow keys.
 * @param {HTMLElement} anchor
 * @param {Item[]} items
 * @param {{label: string, end?: boolean, class?: string}} options
 */
export function openMenu(anchor, items, options) {
  if (anchor.getAttribute("aria-expanded") === "true") return;
  const buttons = items.map((item) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: "-1",
        disabled: item.disabled,
        ...item.props,
        onclick: () => {
          close();
          anchor.focus();
          item.pick();
        },
      },
      item.content,
    ),
  );
  const panel = h("div", { class: `menu ${options.class ?? ""}`, role: "menu", "aria-label": options.label }, buttons);
  panel.addEventListener("keydown", (event) => walk(event, buttons, () => close()));
  anchor.setAttribute("aria-expanded", "true");
  const close = float(anchor, panel, {
    end: options.end,
    onClose: () => anchor.setAttribute("aria-expanded", "false"),
  });
  (buttons.find((button) => button.getAttribute("aria-current")) ?? buttons[0])?.focus();
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} buttons
 * @param {() => void} close
 */
function walk(event, buttons, close) {
  const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const moves = /** @type {Record<string, number>} */ ({
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: buttons.length - 1,
  });
  if (event.key === "Tab") close();
  if (!(event.key in moves)) return;
  event.preventDefault();
  buttons[(moves[event.key] + buttons.length) % buttons.length]?.focus();
}
