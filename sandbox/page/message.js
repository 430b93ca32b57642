// @ts-check
// One message: author, time, text or blocks, reactions, replies, and the small bar that appears over it.
import { act } from "./api.js";
import { avatar } from "./avatar.js";
import { foldable, renderBlocks } from "./blocks.js";
import { ago, slackDate, time } from "./dates.js";
import { h } from "./dom.js";
import { emoji, QUICK } from "./emoji.js";
import { icon } from "./icons.js";
import { link, mrkdwn } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { displayName, now, person, state } from "./state.js";
import { messageSurface } from "./surface.js";
import { toast } from "./toast.js";

/** @typedef {import("./state.js").Message} Message */

/** @param {Message} message */
export const seconds = (message) => Number(message.ts);

/** @param {Message} message */
export const authorName = (message) => message.bot?.name ?? displayName(message.user);

/**
 * @param {string} channel
 * @param {Message} message
 * @param {{compact: boolean, inThread: boolean, openThread: (ts: string) => void}} look compact: follows one by the same author
 */
export function renderMessage(channel, message, look) {
  const at = seconds(message);
  const { tz } = state.me;
  const full = slackDate(at, "{date_long} at {time_secs}", tz, now());
  const stamp = h("time", { class: "stamp", datetime: new Date(at * 1000).toISOString(), title: full }, time(at, tz));
  const head = look.compact
    ? null
    : h("div", { class: "message-head" }, h("b", { class: "author" }, authorName(message)), badge(message), stamp);
  const body = h(
    "div",
    { class: "message-body" },
    message.ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you"),
    head,
    content(channel, message),
    reactions(channel, message),
    !look.inThread && (message.reply_count ?? 0) > 0 && replies(message, look.openThread),
  );
  return h(
    "article",
    {
      class: `message${look.compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`,
      "data-ts": message.ts,
      "data-author": message.user,
      "data-ephemeral": message.ephemeral ? "true" : null,
      "aria-label": `${authorName(message)}, ${full}`,
    },
    h("div", { class: "gutter" }, look.compact ? stamp.cloneNode(true) : avatar(message.user)),
    body,
    tools(channel, message, look),
  );
}

/** @param {Message} message */
function badge(message) {
  const who = person(message.user);
  if (message.bot || who?.is_bot || message.user === state.workspace.app.bot_user_id)
    return h("span", { class: "badge" }, "APP");
  if (who?.is_stranger) return h("span", { class: "badge" }, "EXTERNAL");
  return who?.is_guest ? h("span", { class: "badge" }, "GUEST") : null;
}

/** @param {string} channel @param {Message} message */
function content(channel, message) {
  const edited = message.edited && h("span", { class: "edited" }, "(edited)");
  const attachments = (message.attachments ?? []).map((one) => attachment(channel, message, one));
  const files = (message.files ?? []).map(file);
  if (!message.blocks?.length)
    return h(
      "div",
      { class: "content" },
      message.text ? foldable(h("div", { class: "mrk" }, mrkdwn(message.text), edited ? [" ", edited] : null)) : null,
      attachments,
      files,
    );
  return h(
    "div",
    { class: "content" },
    renderBlocks(message.blocks, messageSurface(channel, message)),
    edited,
    attachments,
    files,
  );
}

/** @param {string} channel @param {Message} message @param {any} one */
function attachment(channel, message, one) {
  const colour = /^#?[0-9a-f]{3,8}$/i.test(one.color ?? "") ? `border-color:#${one.color.replace("#", "")}` : null;
  const surface = messageSurface(channel, message);
  const text = one.text ?? one.fallback ?? "";
  return h(
    "div",
    { class: "attachment", style: colour },
    one.pretext && h("div", { class: "mrk" }, mrkdwn(one.pretext)),
    one.title && h("b", null, one.title_link ? link(one.title_link, one.title) : one.title),
    one.blocks ? renderBlocks(one.blocks, surface) : h("div", { class: "mrk" }, mrkdwn(text)),
  );
}

/** @param {any} one */
function file(one) {
  const name = one.title || one.name || "File";
  const local = /^(https?:\/\/(localhost|127\.0\.0\.1)[:/]|\/)/.test(one.url_private ?? "");
  return h(
    "div",
    { class: "file" },
    icon("file"),
    local ? h("a", { href: one.url_private, target: "_blank", rel: "noopener" }, name) : name,
    one.size && h("span", { class: "muted" }, `${Math.ceil(one.size / 1024)} kB`),
  );
}

/** @param {string} channel @param {Message} message */
function reactions(channel, message) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((one) =>
      h(
        "button",
        {
          type: "button",
          class: one.users.includes(state.me.id) ? "mine" : "",
          "data-reaction": one.name,
          title: one.users.map(displayName).join(", "),
          "aria-pressed": String(one.users.includes(state.me.id)),
          onclick: () => react(channel, message, one.name),
        },
        emoji(one.name),
        one.users.length,
      ),
    ),
  );
}

/** @param {string} channel @param {Message} message @param {string} name */
async function react(channel, message, name) {
  const answer = await act(state.me.id, "react", { channel, ts: message.ts, name });
  if (!answer.ok) toast(answer.error ?? "The reaction was not added.", "error");
}

/** @param {Message} message @param {(ts: string) => void} open */
function replies(message, open) {
  const all = state.messages.filter((one) => one.thread_ts === message.ts && one.ts !== message.ts);
  const count = message.reply_count ?? all.length;
  const last = all[all.length - 1];
  return h(
    "button",
    { type: "button", class: "replies", "data-thread": message.ts, onclick: () => open(message.ts) },
    [...new Set(all.map((one) => one.user))].slice(0, 4).map((user) => avatar(user, 22)),
    h("span", { class: "replies-count" }, count === 1 ? "1 reply" : `${count} replies`),
    last && h("span", { class: "muted" }, `Last reply ${ago(Number(last.ts), now())}`),
  );
}

/** @param {string} channel @param {Message} message @param {{inThread: boolean, openThread: (ts: string) => void}} look */
function tools(channel, message, look) {
  if (message.ephemeral) return null;
  const button = (
    /** @type {string} */ label,
    /** @type {() => void} */ onclick,
    /** @type {Node} */ face,
    /** @type {object} */ props = {},
  ) =>
    h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, face);
  const reply = () => look.openThread(message.thread_ts ?? message.ts);
  const more = button("More actions", () => menu(more, channel, message, reply), icon("dots", 18), {
    "data-testid": "message-more",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
  });
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    QUICK.slice(0, 3).map((name) =>
      button(`React with ${name.replaceAll("_", " ")}`, () => react(channel, message, name), emoji(name), {
        "data-react": name,
      }),
    ),
    !look.inThread && button("Reply in thread", reply, icon("reply", 18), { "data-testid": "reply-in-thread" }),
    more,
  );
}

/** @param {HTMLElement} anchor @param {string} channel @param {Message} message @param {() => void} reply */
function menu(anchor, channel, message, reply) {
  const shortcuts = state.workspace.shortcuts.filter((/** @type {any} */ one) => one.type === "message");
  const items = [
    { content: [icon("reply", 16), "Reply in thread"], pick: reply },
    ...shortcuts.map((/** @type {any} */ one) => ({
      content: [icon("bolt", 16), h("span", null, one.name, h("small", null, state.workspace.app.name))],
      props: { "data-shortcut": one.callback_id },
      pick: () => shortcut(one, channel, message),
    })),
    ...QUICK.slice(0, 4).map((name) => ({
      content: [emoji(name), `React with ${name.replaceAll("_", " ")}`],
      pick: () => react(channel, message, name),
    })),
  ];
  openMenu(anchor, items, { label: "Message actions", end: true });
}

/** @param {any} one @param {string} channel @param {Message} message */
async function shortcut(one, channel, message) {
  const answer = await act(state.me.id, "shortcut", { callback_id: one.callback_id, channel, ts: message.ts });
  if (!answer.ok) toast(answer.error ?? "The shortcut did not work.", "error");
}
