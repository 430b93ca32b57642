// @ts-check
// A list of messages with day separators and the "New" line. A message that did not change keeps its nodes, so an open
// menu or a half-chosen date in it survives whatever else arrives.
import { dayNumber, slackDate } from "./dates.js";
import { h, keepFocus, sync } from "./dom.js";
import { authorName, renderMessage, seconds } from "./message.js";
import { now, state } from "./state.js";
import { announce } from "./toast.js";

/** @typedef {import("./state.js").Message} Message */

const GROUP_SECONDS = 300;
const PAGE = 120;

export class MessageList {
  /**
   * @param {HTMLElement} scroller
   * @param {(ts: string) => void} openThread
   */
  constructor(scroller, openThread) {
    this.scroller = scroller;
    this.openThread = openThread;
    this.root = h("div", { class: "messages" });
    this.key = "";
    this.limit = PAGE;
    this.newest = "";
    /** @type {Map<string, {stamp: string, node: HTMLElement}>} */ this.nodes = new Map();
    this.pinned = true;
    scroller.append(this.root);
    scroller.addEventListener("scroll", () => (this.pinned = this.atEnd()), { passive: true });
    const keep = new ResizeObserver(() => this.pinned && this.toEnd());
    keep.observe(scroller);
    keep.observe(this.root);
  }

  atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  }

  /**
   * @param {string} key what is shown: another key starts afresh
   * @param {string} channel
   * @param {Message[]} messages oldest first
   * @param {{inThread: boolean, newFrom?: string, intro?: Node | null}} look
   */
  update(key, channel, messages, look) {
    const fresh = key !== this.key;
    if (fresh) Object.assign(this, { key, limit: PAGE, nodes: new Map(), newest: "" });
    keepFocus(this.root, () => sync(this.root, this.build(channel, messages, look)));
    this.sayNew(messages, fresh);
    if (fresh) this.start();
    else if (this.pinned) this.toEnd();
  }

  /**
   * @param {string} channel
   * @param {Message[]} messages
   * @param {{inThread: boolean, newFrom?: string, intro?: Node | null}} look
   * @returns {Node[]}
   */
  build(channel, messages, look) {
    const hidden = Math.max(0, messages.length - this.limit);
    const nodes = /** @type {Node[]} */ (
      hidden ? [this.earlier(channel, messages, look)] : look.intro ? [look.intro] : []
    );
    const { tz } = state.me;
    /** @type {Message | null} */ let previous = null;
    for (const message of messages.slice(hidden)) {
      const day = dayNumber(seconds(message), tz);
      const newDay = !previous || dayNumber(seconds(previous), tz) !== day;
      const isNew = message.ts === look.newFrom;
      if (newDay && !look.inThread)
        nodes.push(this.line(`day-${day}`, slackDate(seconds(message), "{day_divider_pretty}", tz, now()), "day"));
      if (isNew) nodes.push(this.line("new", "New", "new"));
      const compact = !newDay && !isNew && follows(previous, message);
      nodes.push(this.node(channel, message, compact, look.inThread));
      previous = message;
    }
    return nodes;
  }

  /** @param {string} channel @param {Message} message @param {boolean} compact @param {boolean} inThread */
  node(channel, message, compact, inThread) {
    const key = `${message.ts}${message.ephemeral ? "e" : ""}`;
    const last = message.reply_count
      ? state.messages.filter((one) => one.thread_ts === message.ts).map((one) => one.ts)
      : [];
    const stamp = JSON.stringify([message, compact, dayNumber(now(), state.me.tz), last, state.workspace.users.length]);
    const found = this.nodes.get(key);
    if (found?.stamp === stamp) return found.node;
    const node = renderMessage(channel, message, { compact, inThread, openThread: this.openThread });
    if (!found && this.newest) node.classList.add("arrived");
    this.nodes.set(key, { stamp, node });
    return node;
  }

  /** @param {string} key @param {string} text @param {string} kind */
  line(key, text, kind) {
    const found = this.nodes.get(key);
    if (found?.stamp === text) return found.node;
    const node = h("div", { class: `line line-${kind}`, role: "separator", "aria-label": text }, h("span", null, text));
    this.nodes.set(key, { stamp: text, node });
    return node;
  }

  /** @param {string} channel @param {Message[]} messages @param {any} look */
  earlier(channel, messages, look) {
    const show = () => {
      const from = this.scroller.scrollHeight;
      this.limit += PAGE;
      this.update(this.key, channel, messages, look);
      this.scroller.scrollTop += this.scroller.scrollHeight - from;
    };
    return h("button", { type: "button", class: "button earlier", onclick: show }, "Show earlier messages");
  }

  /** @param {Message[]} messages @param {boolean} fresh */
  sayNew(messages, fresh) {
    const latest = messages.reduce((most, one) => (Number(one.ts) > Number(most || 0) ? one.ts : most), "");
    const arrived = messages.filter((one) => Number(one.ts) > Number(this.newest || 0) && one.user !== state.me.id);
    if (!fresh && this.newest && arrived.length)
      announce(
        arrived
          .map((one) => `${authorName(one)}: ${one.text}`)
          .join("\n")
          .slice(0, 400),
      );
    this.newest = latest || "0";
  }

  /** Goes to the first unread message, else to the end. */
  start() {
    const mark = this.root.querySelector(".line-new");
    if (mark) mark.scrollIntoView({ block: "start" });
    else this.toEnd();
    this.pinned = this.atEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

/** @param {Message | null} previous @param {Message} message */
function follows(previous, message) {
  return (
    Boolean(previous) &&
    previous?.user === message.user &&
    previous.bot?.name === message.bot?.name &&
    !message.ephemeral &&
    !previous.ephemeral &&
    !previous.reply_count &&
    seconds(message) - seconds(previous) < GROUP_SECONDS
  );
}
