// @ts-check
// The box to write in, with completion of slash commands and of people's handles. What is typed is sent as it is: the
// sandbox turns handles into mentions and shows any other markup as text.
import { avatar } from "./avatar.js";
import { byId, freshId, h, isNarrow } from "./dom.js";
import { icon } from "./icons.js";
import { displayName, humans, state } from "./state.js";

/** @typedef {{insert: string, face: Node[], usage?: string}} Suggestion */

/** Drafts by place, so that a half-written message waits. @type {Map<string, string>} */
const drafts = new Map();

export class Composer {
  /**
   * @param {HTMLElement} host
   * @param {{id: string, send: (text: string) => Promise<boolean>, drop?: (file: File) => Promise<boolean>}} options
   *   without `drop` no file can be attached
   */
  constructor(host, options) {
    this.send = options.send;
    this.key = "";
    /** @type {Suggestion[]} */ this.shown = [];
    this.active = 0;
    this.moved = false;
    this.list = h("div", {
      class: "suggestions",
      role: "listbox",
      id: freshId("suggestions"),
      hidden: true,
      "aria-label": "Suggestions",
    });
    this.input = /** @type {HTMLTextAreaElement} */ (
      h("textarea", {
        id: options.id,
        rows: "1",
        "aria-controls": this.list.id,
        "aria-autocomplete": "list",
        autocomplete: "off",
        oninput: () => this.typed(),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.key_(event),
        onblur: () => this.hide(),
        onclick: () => this.suggest(),
      })
    );
    this.button = h(
      "button",
      { type: "submit", class: "send", "aria-label": "Send", disabled: true },
      icon("send", 18),
    );
    const drop = options.drop;
    const attach = drop ? this.attach(drop) : [];
    this.form = h(
      "form",
      {
        class: "composer",
        ...(drop && {
          ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(),
          ondrop: (/** @type {DragEvent} */ event) => {
            event.preventDefault();
            this.sendFiles(event.dataTransfer?.files, drop);
          },
        }),
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.submit();
        },
      },
      this.list,
      attach,
      this.input,
      this.button,
    );
    host.replaceChildren(this.form);
  }

  /**
   * The button that sends a file, and the chooser behind it.
   * @param {(file: File) => Promise<boolean>} drop
   */
  attach(drop) {
    const chooser = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "file",
        hidden: true,
        "data-testid": "attach-file",
        onchange: async () => {
          await this.sendFiles(chooser.files, drop);
          chooser.value = "";
        },
      })
    );
    const label = "Send a file";
    const onclick = () => chooser.click();
    return [
      h("button", { type: "button", class: "attach", "aria-label": label, title: label, onclick }, icon("attach", 18)),
      chooser,
    ];
  }

  /** @param {FileList | null | undefined} files @param {(file: File) => Promise<boolean>} drop */
  async sendFiles(files, drop) {
    this.form.setAttribute("aria-busy", "true");
    for (const file of files ?? []) await drop(file);
    this.form.removeAttribute("aria-busy");
  }

  /** @param {string} key whose draft it is @param {string} placeholder */
  show(key, placeholder) {
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    if (key === this.key) return;
    this.key = key;
    this.input.value = drafts.get(key) ?? "";
    this.typed();
    this.hide();
    if (!isNarrow() && !byId("modal").hasAttribute("open")) this.input.focus({ preventScroll: true });
  }

  typed() {
    drafts.set(this.key, this.input.value);
    this.button.toggleAttribute("disabled", !this.input.value.trim());
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 220)}px`;
    this.moved = false;
    this.suggest();
  }

  suggest() {
    this.shown = suggestions(this.input.value, this.input.selectionStart);
    this.list.hidden = !this.shown.length;
    this.point(0);
    this.list.replaceChildren(
      ...this.shown.map((one, at) =>
        h(
          "div",
          {
            class: `suggestion${at === this.active ? " active" : ""}`,
            role: "option",
            id: `${this.list.id}-${at}`,
            "data-suggestion": one.insert,
            "aria-selected": String(at === this.active),
            onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
            onclick: () => this.take(one),
          },
          one.face,
        ),
      ),
    );
  }

  /** @param {number} at */
  point(at) {
    this.active = at;
    this.list.querySelectorAll("[role=option]").forEach((node, index) => {
      node.classList.toggle("active", index === at);
      node.setAttribute("aria-selected", String(index === at));
      if (index === at) node.scrollIntoView({ block: "nearest" });
    });
    if (this.shown.length) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  key_(event) {
    if (event.isComposing) return;
    const open = this.shown.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step) {
      event.preventDefault();
      this.moved = true;
      this.point((this.active + step + this.shown.length) % this.shown.length);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.hide();
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && !this.complete()))) {
      event.preventDefault();
      this.take(this.shown[this.active]);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  /** Whether Enter should send rather than complete: the whole suggestion is typed already. */
  complete() {
    return !this.moved && this.shown[this.active].insert.trim() === this.input.value.trim();
  }

  /** @param {Suggestion} one */
  take(one) {
    const at = this.input.selectionStart;
    const head = this.input.value.slice(0, at).replace(/(^\/\S*|@[^\s@]*)$/, one.insert);
    this.input.value = head + this.input.value.slice(at);
    this.input.setSelectionRange(head.length, head.length);
    this.typed();
    this.hide();
    this.input.focus();
  }

  hide() {
    this.shown = [];
    this.list.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { key } = this;
    this.input.value = "";
    this.typed();
    this.form.setAttribute("aria-busy", "true");
    const sent = await this.send(text);
    this.form.removeAttribute("aria-busy");
    if (sent || drafts.get(key)) return;
    drafts.set(key, text);
    if (this.key === key) {
      this.input.value = text;
      this.typed();
    }
  }
}

/**
 * What could complete the text before the caret.
 * @param {string} text
 * @param {number} caret
 * @returns {Suggestion[]}
 */
function suggestions(text, caret) {
  const head = text.slice(0, caret);
  const name = /(?:^|\s)@([^\s@]*)$/.exec(head);
  if (/^\/\S*$/.test(head)) {
    return state.workspace.commands
      .filter((/** @type {any} */ one) => one.command.startsWith(head.toLowerCase()))
      .map((/** @type {any} */ one) => ({
        insert: `${one.command} `,
        face: [
          h(
            "span",
            { class: "suggestion-main" },
            h("b", null, one.command),
            one.usage_hint ? h("span", { class: "usage" }, one.usage_hint) : null,
          ),
          h("span", { class: "muted" }, one.description ?? ""),
          h("span", { class: "badge" }, state.workspace.app.name),
        ],
      }));
  }
  if (!name) return [];
  return humans()
    .filter(
      (one) =>
        displayName(one.id).toLowerCase().includes(name[1].toLowerCase()) ||
        one.name.toLowerCase().startsWith(name[1].toLowerCase()),
    )
    .slice(0, 6)
    .map((one) => ({
      insert: `@${one.name} `,
      face: [avatar(one.id, 22), h("b", null, displayName(one.id)), h("span", { class: "muted" }, one.title ?? "")],
    }));
}
