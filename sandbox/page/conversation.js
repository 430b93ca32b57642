// @ts-check
// The middle of the page: a channel with its messages and composer, or the app's Home tab; and the thread beside it.
import { act } from "./api.js";
import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { dayNumber, time } from "./dates.js";
import { byId, h, keepFocus } from "./dom.js";
import { icon } from "./icons.js";
import { seconds } from "./message.js";
import { MessageList } from "./messages.js";
import { APP_MESSAGES, appChannel, channel, channelName, displayName, HOME, now, person, state } from "./state.js";
import { viewSurface } from "./surface.js";
import { toast } from "./toast.js";

/**
 * @typedef {{go: (place: string, thread?: string | null) => void, openMenu: () => void, changed: () => void}} Moves
 * @type {Moves}
 */
let moves;
/** @type {MessageList} */ let list;
/** @type {MessageList} */ let threadList;
/** @type {Composer} */ let composer;
/** @type {Composer} */ let threadComposer;
let homeStamp = "";

/** @param {Moves} given */
export function startConversation(given) {
  moves = given;
  const openThread = (/** @type {string} */ ts) => moves.go(state.place, ts);
  list = new MessageList(byId("messages"), openThread);
  threadList = new MessageList(byId("thread-messages"), openThread);
  composer = new Composer(byId("composer"), { id: "composer-input", send: (text) => send(text, null), drop });
  threadComposer = new Composer(byId("thread-composer"), {
    id: "thread-input",
    send: (text) => send(text, state.thread),
  });
}

/** Shows the state. */
export function renderConversation() {
  const home = state.place === HOME;
  byId("home").hidden = !home;
  byId("channel").hidden = home;
  drawHead();
  if (home) drawHome();
  else drawChannel();
  drawThread();
}

// The head

function drawHead() {
  const one = channel(state.place);
  const app = state.workspace.app;
  const elsewhere = state.channels.some((each) => each.is_member && each.unread > 0 && each.id !== state.place);
  const isApp = state.place === HOME || one?.id === appChannel()?.id;
  const menu = h(
    "button",
    {
      type: "button",
      class: `icon-button only-narrow${elsewhere ? " has-unread" : ""}`,
      "aria-label": "Open the channel list",
      "data-testid": "open-sidebar",
      onclick: moves.openMenu,
    },
    icon("menu"),
  );
  const title = isApp
    ? [avatar(app.bot_user_id, 28), h("h1", null, app.name), h("span", { class: "badge" }, "APP"), tabs()]
    : one
      ? channelTitle(one)
      : [h("h1", null, "Not found")];
  const stamp = JSON.stringify([
    state.me.id,
    state.place,
    one,
    appChannel()?.unread,
    elsewhere,
    Math.floor(now() / 60),
  ]);
  const head = byId("main-head");
  if (head.dataset.stamp === stamp) return;
  head.dataset.stamp = stamp;
  keepFocus(head, () => head.replaceChildren(menu, ...title));
}

function tabs() {
  const tab = (
    /** @type {string} */ label,
    /** @type {boolean} */ current,
    /** @type {() => void} */ onclick,
    /** @type {string} */ id,
  ) =>
    h(
      "button",
      { type: "button", role: "tab", "aria-selected": String(current), "data-testid": id, "data-focus": id, onclick },
      label,
      !current && id === "tab-messages" && waiting > 0 && h("span", { class: "count" }, waiting),
    );
  const atHome = state.place === HOME;
  const waiting = appChannel()?.unread ?? 0;
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": state.workspace.app.name },
    tab("Home", atHome, () => moves.go(HOME), "tab-home"),
    tab("Messages", !atHome, () => moves.go(appChannel()?.id ?? APP_MESSAGES), "tab-messages"),
  );
}

/** @param {import("./state.js").Channel} one */
function channelTitle(one) {
  const other = one.kind === "im" ? person(one.with_user ?? "") : undefined;
  if (!other)
    return [
      h("span", { class: "head-icon" }, icon(one.kind === "private" ? "lock" : "hash", 18)),
      h("h1", null, channelName(one)),
      ...(one.is_archived ? [h("span", { class: "badge" }, "ARCHIVED")] : []),
      ...(one.shared_with?.length
        ? [h("span", { class: "head-note", "data-testid": "shared-with" }, `Shared with ${one.shared_with.join(", ")}`)]
        : []),
      ...(one.topic ? [h("span", { class: "head-note topic" }, one.topic)] : []),
    ];
  const there = other.tz && other.tz !== state.me.tz ? `${time(now(), other.tz)} there` : "";
  return [
    avatar(other.id, 28),
    h("h1", null, displayName(other.id)),
    h("span", { class: "head-note" }, [other.title, there].filter(Boolean).join(" · ")),
  ];
}

// The channel

function drawChannel() {
  const one = channel(state.place);
  const key = `${state.me.id}/${state.place}`;
  if (state.messagesOf !== key || !one) return;
  const top = state.messages.filter((message) => !message.thread_ts || message.thread_ts === message.ts);
  list.update(key, state.place, top, { inThread: false, newFrom: state.newFrom.get(key), intro: intro(one) });
  const note = readOnly(one);
  byId("composer").hidden = Boolean(note);
  byId("no-composer").hidden = !note;
  byId("no-composer").textContent = note;
  composer.show(key, placeholder(one));
}

/** @param {import("./state.js").Channel} one */
const placeholder = (one) => (one.kind === "im" ? `Message ${channelName(one)}` : `Message #${one.name}`);

/** Why nothing can be written here, or nothing. @param {import("./state.js").Channel} one */
function readOnly(one) {
  if (one.is_archived) return "This channel is archived: it can be read, not written to.";
  if (!one.is_member) return `You are looking at #${one.name}. ${displayName(state.me.id)} is not a member.`;
  return state.me.deactivated ? "This account is deactivated." : "";
}

/** @type {{key: string, node: Node} | null} */
let introKept = null;

/** The words above the first message. @param {import("./state.js").Channel} one */
function intro(one) {
  const key = `${state.me.id}/${one.id}`;
  if (introKept?.key === key) return introKept.node;
  const app = state.workspace.app;
  const withApp = one.with_user === app.bot_user_id;
  const name = channelName(one);
  const commands = state.workspace.commands
    .slice(0, 4)
    .map((/** @type {any} */ command) => h("code", null, command.command));
  const hint =
    commands.length &&
    h(
      "p",
      null,
      "Type ",
      h("kbd", null, "/"),
      " to see what ",
      app.name,
      " can do: ",
      commands.flatMap((/** @type {Node} */ node, /** @type {number} */ at) => (at ? [" ", node] : [node])),
    );
  const node = h(
    "div",
    { class: "intro" },
    one.kind === "im"
      ? avatar(one.with_user ?? "", 56)
      : h("span", { class: "intro-mark" }, icon(one.kind === "private" ? "lock" : "hash", 28)),
    h("h2", null, name),
    h(
      "p",
      null,
      withApp
        ? `This is your direct message with ${name}. What it asks you and tells you arrives here.`
        : one.kind === "im"
          ? `This is the beginning of your conversation with ${name}.`
          : `This is the very beginning of #${name}.`,
    ),
    hint,
  );
  introKept = { key, node };
  return node;
}

// The Home tab

function drawHome() {
  const view = state.home?.view ?? state.home;
  const stamp = JSON.stringify([state.me.id, view?.id, view?.hash, view?.blocks, dayNumber(now(), state.me.tz)]);
  const host = byId("home");
  if (stamp === homeStamp) return;
  const sameView = Boolean(view) && host.querySelector("[data-view-id]")?.getAttribute("data-view-id") === view.id;
  homeStamp = stamp;
  const scroll = sameView ? host.scrollTop : 0;
  const content = view?.blocks
    ? renderBlocks(view.blocks, viewSurface(view.id, view, "home"))
    : [
        h(
          "div",
          { class: "empty", "data-testid": "home-empty" },
          icon("home", 32),
          h("p", null, `${state.workspace.app.name} has not published its Home tab yet.`),
        ),
      ];
  keepFocus(host, () => host.replaceChildren(h("div", { class: "home-page", "data-view-id": view?.id }, content)));
  host.scrollTop = scroll;
}

// The thread

function drawThread() {
  const open = state.thread !== null && state.place !== HOME;
  byId("thread").hidden = !open;
  document.body.classList.toggle("with-thread", open);
  if (!open || state.messagesOf !== `${state.me.id}/${state.place}`) return;
  const key = `${state.me.id}/${state.place}/${state.thread}`;
  const all = state.messages.filter((message) => message.ts === state.thread || message.thread_ts === state.thread);
  all.sort((a, b) => seconds(a) - seconds(b));
  byId("thread-place").textContent =
    state.place && channel(state.place)
      ? placeholder(/** @type {any} */ (channel(state.place))).replace("Message ", "")
      : "";
  threadList.update(key, state.place, all, { inThread: true });
  const one = channel(state.place);
  byId("thread-composer").hidden = !one || Boolean(readOnly(one));
  threadComposer.show(key, "Reply…");
}

// Sending

/**
 * @param {string} text
 * @param {string | null} thread
 */
async function send(text, thread) {
  const where = { channel: state.place };
  const isCommand = /^\/[a-z]/i.test(text);
  if (isCommand && thread) {
    toast(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`, "error");
    return false;
  }
  const answer = isCommand
    ? await act(state.me.id, "command", { ...where, text })
    : await act(state.me.id, "say", { ...where, text, ...(thread ? { thread_ts: thread } : {}) });
  if (!answer.ok) toast(answer.error ?? "The message was not sent.", "error");
  moves.changed();
  return answer.ok;
}

/** Sends a file to the place that is shown. @param {File} file */
async function drop(file) {
  const channel = state.place;
  const content = await base64(file);
  const answer = await act(state.me.id, "drop", { channel, name: file.name, content });
  if (!answer.ok) toast(answer.error ?? "The file was not sent.", "error");
  moves.changed();
  return answer.ok;
}

/** @param {File} file @returns {Promise<string>} */
function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
