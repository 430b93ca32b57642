// @ts-check
// What Slack's client itself refuses before it sends a modal: empty required inputs and values of the wrong form.
import { inputBlocks } from "./form.js";

/** @param {any} value */
const isEmpty = (value) =>
  value === null ||
  value === undefined ||
  value === "" ||
  (Array.isArray(value) && !value.length) ||
  (typeof value === "string" && !value.trim());

/**
 * @param {any[]} blocks
 * @param {Record<string, Record<string, any>>} values
 * @returns {Record<string, string>} a sentence by block id
 */
export function problems(blocks, values) {
  const found = /** @type {Record<string, string>} */ ({});
  for (const block of inputBlocks(blocks)) {
    const value = values[block.block_id]?.[block.element.action_id];
    const problem = isEmpty(value)
      ? block.optional
        ? ""
        : "Please complete this required field."
      : wrong(block.element, value);
    if (problem) found[block.block_id] = problem;
  }
  return found;
}

/**
 * @param {any} element
 * @param {any} value
 */
function wrong(element, value) {
  switch (element.type) {
    case "plain_text_input":
      return value.length < (element.min_length ?? 0) ? `Please enter at least ${element.min_length} characters.` : "";
    case "email_text_input":
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? "" : "Please enter a valid email address.";
    case "url_text_input":
      return /^https?:\/\/[^\s/]+\S*$/i.test(value) ? "" : "Please enter a valid URL.";
    case "number_input":
      return wrongNumber(element, value.trim());
    default:
      return "";
  }
}

/**
 * @param {any} element
 * @param {string} value
 */
function wrongNumber(element, value) {
  if (!/^-?\d+(\.\d+)?$/.test(value)) return "Please enter a valid number.";
  if (!element.is_decimal_allowed && value.includes(".")) return "Please enter a valid number.";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value))
    return `Please enter a number of at least ${element.min_value}.`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value))
    return `Please enter a number of at most ${element.max_value}.`;
  return "";
}
