// @ts-check
import { h } from "./dom.js";
import { displayName, person, state } from "./state.js";

const HUES = [172, 210, 262, 330, 12, 35, 88, 145, 232, 295];

/** Two letters, or one of scripts that write no initials. @param {string} name */
function initials(name) {
  const words = name
    .split(/[\s._-]+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => [...word.replace(/^[^\p{L}\p{N}]+/u, "")]);
  if (!words.length) return "?";
  if (!/\p{Script=Latin}/u.test(words[0][0])) return words[0][0];
  return (words[0][0] + (words.length > 1 ? words[words.length - 1][0] : "")).toUpperCase();
}

/** @param {string} id */
function hue(id) {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return HUES[sum % HUES.length];
}

/**
 * Somebody's initials on their colour; the app gets a mark of its own.
 * @param {string} id
 * @param {number} [size] pixels
 */
export function avatar(id, size = 36) {
  const app = state.workspace?.app;
  const isApp = app && (id === app.bot_user_id || id === app.id);
  const given = person(id)?.color;
  const colour = given ? (given.startsWith("#") ? given : `#${given}`) : `hsl(${hue(id)} 45% 42%)`;
  const own =
    isApp || (given && !/^#[0-9a-f]{3,8}$/i.test(colour)) ? "var(--app)" : `color-mix(in srgb, ${colour} 76%, #101c20)`;
  const style = `--size:${size}px;background:${own}`;
  return h(
    "span",
    { class: `avatar${isApp ? " avatar-app" : ""}`, style, "aria-hidden": "true" },
    initials(displayName(id)),
  );
}
