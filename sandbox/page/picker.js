// @ts-check
// A select with type-ahead (an ARIA combobox), for one or several choices, from the page's data or from the app.
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { float } from "./popover.js";

/**
 * @typedef {{value: string, label: string, content: () => Node[], description?: () => Node[], icon?: () => Node}} Option
 * @typedef {{label?: string, options: Option[]}} Group
 * @typedef {{placeholder: string, multi: boolean, max?: number, chosen: Option[], clearable: boolean, wait?: number,
 *   load: (query: string) => Group[] | Promise<Group[]>, onChange: (chosen: Option[]) => void,
 *   props: Record<string, any>}} Spec wait: milliseconds to wait for more typing before load is called
 */

export class Picker {
  /** @param {Spec} spec */
  constructor(spec) {
    this.spec = spec;
    this.chosen = [...spec.chosen];
    /** @type {Option[]} */ this.shown = [];
    this.active = -1;
    this.asked = 0;
    this.timer = 0;
    /** @type {(() => void) | null} */ this.close = null;
    this.list = h("div", {
      class: "options",
      role: "listbox",
      id: freshId("options"),
      "aria-multiselectable": spec.multi ? "true" : null,
    });
    this.input = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "text",
        role: "combobox",
        autocomplete: "off",
        spellcheck: "false",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": this.list.id,
        ...spec.props,
        onfocus: () => this.input.select(),
        onblur: () => this.leave(),
        oninput: () => this.ask(),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
        onclick: () => this.ask(""),
      })
    );
    this.chips = h("span", { class: "chips" });
    this.clear = h(
      "button",
      { type: "button", class: "picker-clear", "aria-label": "Clear", onclick: () => this.choose(null) },
      icon("close", 14),
    );
    this.root = h(
      "div",
      { class: `picker${spec.multi ? " picker-multi" : ""}` },
      this.chips,
      this.input,
      this.clear,
      icon("down", 16),
    );
    this.draw();
  }

  /** Shows what is chosen. */
  draw() {
    const { multi, placeholder, clearable } = this.spec;
    const only = this.chosen[0];
    this.input.value = multi || !only ? "" : only.label;
    this.input.placeholder = multi && this.chosen.length ? "" : placeholder;
    this.input.dataset.value = this.chosen.map((one) => one.value).join(",");
    this.clear.hidden = multi || !clearable || !only;
    this.chips.replaceChildren(...(multi ? this.chosen.map((one) => this.chip(one)) : []));
  }

  /** @param {Option} option */
  chip(option) {
    const remove = () => {
      this.set(this.chosen.filter((one) => one.value !== option.value));
      this.input.focus();
    };
    return h(
      "span",
      { class: "chip" },
      option.content(),
      h("button", { type: "button", "aria-label": `Remove ${option.label}`, onclick: remove }, icon("close", 12)),
    );
  }

  /** Asks for options; without an argument, for those that match what is typed. @param {string} [query] */
  ask(query = this.input.value) {
    clearTimeout(this.timer);
    if (this.spec.wait && query) this.timer = window.setTimeout(() => this.fetch(query), this.spec.wait);
    else this.fetch(query);
  }

  /** @param {string} query */
  async fetch(query) {
    const turn = ++this.asked;
    const answer = this.spec.load(query);
    if (answer instanceof Promise) this.show([], "Searching…");
    const groups = await answer;
    if (turn === this.asked && this.input.isConnected && document.activeElement === this.input)
      this.show(groups, query ? "No matches" : "Nothing to choose");
  }

  /** @param {Group[]} groups @param {string} empty */
  show(groups, empty) {
    this.shown = groups.flatMap((group) => group.options);
    const nodes = groups.flatMap((group) => [
      group.label ? h("div", { class: "option-group", role: "presentation" }, group.label) : null,
      ...group.options.map((option) => this.row(option)),
    ]);
    this.list.replaceChildren(
      ...(this.shown.length ? nodes.filter((node) => node !== null) : [h("div", { class: "option-none" }, empty)]),
    );
    if (!this.close) {
      this.close = float(this.root, this.list, { match: true, onClose: () => this.closed() });
      this.input.setAttribute("aria-expanded", "true");
    }
    const at = this.shown.findIndex((one) => one.value === this.chosen[0]?.value);
    this.point(at < 0 || this.spec.multi ? (this.shown.length ? 0 : -1) : at);
  }

  /** @param {Option} option */
  row(option) {
    const selected = this.chosen.some((one) => one.value === option.value);
    return h(
      "div",
      {
        class: "option",
        role: "option",
        id: freshId("option"),
        "data-value": option.value,
        "aria-selected": String(selected),
        onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
        onclick: () => this.choose(option),
      },
      option.icon?.(),
      h(
        "span",
        { class: "option-text" },
        option.content(),
        option.description && h("small", null, option.description()),
      ),
      selected && icon("check", 16),
    );
  }

  /** @param {number} index */
  point(index) {
    this.active = index;
    const rows = this.list.querySelectorAll("[role=option]");
    rows.forEach((row, at) => row.classList.toggle("active", at === index));
    rows[index]?.scrollIntoView({ block: "nearest" });
    if (rows[index]) this.input.setAttribute("aria-activedescendant", rows[index].id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.close) this.ask("");
      else if (this.shown.length) this.point((this.active + step + this.shown.length) % this.shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.close && this.shown[this.active]) this.choose(this.shown[this.active]);
    } else if (event.key === "Backspace" && this.spec.multi && !this.input.value) this.set(this.chosen.slice(0, -1));
  }

  /** @param {Option | null} option */
  choose(option) {
    if (!option) return this.set([]);
    if (!this.spec.multi) {
      this.close?.();
      return this.set([option]);
    }
    const others = this.chosen.filter((one) => one.value !== option.value);
    if (others.length < this.chosen.length) this.set(others);
    else if (!this.spec.max || this.chosen.length < this.spec.max) this.set([...this.chosen, option]);
    this.close?.();
  }

  /** @param {Option[]} chosen */
  set(chosen) {
    this.chosen = chosen;
    this.draw();
    this.spec.onChange(chosen);
  }

  leave() {
    clearTimeout(this.timer);
    this.close?.();
    this.draw();
  }

  closed() {
    this.close = null;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
