// @ts-check
import { svg } from "./dom.js";

/** Stroked 20×20 paths. @type {Record<string, string>} */
const PATHS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13M3 12.5h13",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  home: "M3.5 9.5 10 4l6.5 5.5M5.5 8.5V16h9V8.5M8.5 16v-4h3v4",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4.5 6.5 10l5.5 5.5",
  down: "M5.5 8 10 12.5 14.5 8",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  dots: "M5 10h.01M10 10h.01M15 10h.01",
  plus: "M10 4.5v11M4.5 10h11",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  clock: "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM10 6v4.2l2.8 1.6",
  forward: "M4 5.5 10 10l-6 4.5zM10.5 5.5l6 4.5-6 4.5z",
  reply: "M4 5h12v8H9.5L6 16v-3H4z",
  smile: "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM7.5 8v.5M12.5 8v.5M6.8 11.5c1.4 2.6 5 2.6 6.4 0",
  send: "M4 10 3.5 4l13.5 6-13.5 6zM4 10h6",
  eye: "M2.5 10c3.5-6 11.5-6 15 0c-3.5 6-11.5 6-15 0zM10 7.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4z",
  person: "M10 4a3 3 0 1 0 0 6a3 3 0 1 0 0-6zM4.5 16.5c.6-5 10.4-5 11 0",
  image: "M3.5 4.5h13v11h-13zM3.5 13l4-4 3.5 3.5 2-2 3.5 3.5M12.5 7.5h.01",
  attach: "M14.5 9.5 9.8 14.2a2.8 2.8 0 0 1-4-4l5.6-5.6a1.9 1.9 0 0 1 2.7 2.7l-5.5 5.5a.9.9 0 0 1-1.3-1.3l4.6-4.6",
  file: "M6 3h5.5L15 6.5V17H6zM11.5 3v3.5H15",
  bolt: "M11 3 5.5 11H10l-1 6 5.5-8H10z",
  info: "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM10 9v4.5M10 6.5v.01",
  warning: "M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2v.01",
  trash: "M4.5 6h11M8 6V4h4v2M6 6l.7 10.5h6.6L14 6",
  up: "M7 11V17H4v-6zM7 11l3-7c1.5 0 2 1 1.7 2.5L11.2 9H15c1.3 0 1.7 1 1.5 2l-1 4.5c-.2 1-.8 1.5-1.7 1.5H7",
};

/**
 * An icon that follows the text colour; it is hidden from readers, so its button needs a label.
 * @param {string} name
 * @param {number} [size] pixels
 */
export function icon(name, size = 20) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true" },
    svg("path", { d: PATHS[name] }),
  );
}
