// @ts-check
// Everything on the page is built here: data only ever becomes text nodes and attributes, never markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Builds an element. `on…` keys are listeners, `true` is an empty attribute, null/false/undefined are left out.
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) setProp(node, key, value);
  append(node, children);
  return node;
}

/**
 * @param {Element} node
 * @param {string} key
 * @param {any} value
 */
function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
  else if (key === "value" || key === "checked" || key === "disabled") /** @type {any} */ (node)[key] = value;
  else node.setAttribute(key, value === true ? "" : String(value));
}

/**
 * @param {Node} node
 * @param {(Child | Child[])[]} children
 */
export function append(node, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * @param {string} tag
 * @param {Record<string, any>} props
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(props)) setProp(node, key, value);
  append(node, children);
  return node;
}

/**
 * Makes `parent` hold exactly `nodes`, moving only what is out of place, so that focus survives.
 * @param {Element} parent
 * @param {Node[]} nodes
 */
export function sync(parent, nodes) {
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.parentNode?.removeChild(gone);
  }
}

/**
 * The element with this id, which index.html is known to hold.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node;
}

/** Whether the page is shown at phone width. */
export const isNarrow = () => matchMedia("(max-width: 760px)").matches;

let serial = 0;
/** A fresh id for aria references. @param {string} prefix */
export const freshId = (prefix) => `${prefix}-${++serial}`;

/**
 * Runs `render` and puts the focus back on the control it was on, known by block and action or by data-focus.
 * @param {Element} root
 * @param {() => void} render
 */
export function keepFocus(root, render) {
  const active = /** @type {HTMLInputElement | null} */ (
    root.contains(document.activeElement) ? document.activeElement : null
  );
  const key = active && controlKey(active);
  const [start, end] = [readSelection(active)?.[0], readSelection(active)?.[1]];
  render();
  if (!key || root.contains(active)) return;
  const controls = /** @type {NodeListOf<HTMLInputElement>} */ (
    root.querySelectorAll("[data-action-id], [data-action-id] input, [data-focus]")
  );
  const again = [...controls].find((node) => controlKey(node) === key && node.tabIndex >= 0);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (start !== undefined && readSelection(again)) again.setSelectionRange(start, end ?? start);
}

/** What stays the same about a control when it is drawn again. @param {HTMLInputElement} node */
function controlKey(node) {
  if (node.dataset.focus) return node.dataset.focus;
  const owner = /** @type {HTMLElement | null} */ (node.closest("[data-action-id]"));
  if (!owner) return null;
  const around = ["data-ts", "data-block-id"].map((name) => node.closest(`[${name}]`)?.getAttribute(name));
  const choice = node.type === "radio" || node.type === "checkbox" ? node.value : "";
  return JSON.stringify([...around, owner.dataset.actionId, choice]);
}

/**
 * @param {HTMLInputElement | null} node
 * @returns {[number, number] | null}
 */
function readSelection(node) {
  if (!node || typeof node.selectionStart !== "number") return null;
  return [node.selectionStart, node.selectionEnd ?? node.selectionStart];
}
