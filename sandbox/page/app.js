// @ts-check
// Starts the page, follows the address (#/as/PERSON/PLACE/THREAD), and reads again whatever changed.
import { act, getChannel, getView, getWorkspace, listen } from "./api.js";
import { readClock, renderClock, startClock } from "./clock.js";
import { renderConversation, startConversation } from "./conversation.js";
import { byId, h } from "./dom.js";
import { startModals, syncModals } from "./modal.js";
import { renderPeople, startPeople } from "./people.js";
import { tidyFloats } from "./popover.js";
import { renderSidebar, setDrawer, startSidebar } from "./sidebar.js";
import { APP_MESSAGES, appChannel, channel, channelName, displayName, HOME, humans, state } from "./state.js";
import { announce } from "./toast.js";

/** @type {() => void} */
let stopListening = () => {};
/** @type {Promise<void> | null} */
let reading = null;
let again = false;
let offlineTimer = 0;
/** What happened may have changed what there is to jump to. */
let clockTimer = 0;

/** @param {string} place @param {string | null} [thread] @param {string} [user] */
function go(place, thread = null, user = state.me.id) {
  location.hash = ["#/as", user, place, thread].filter(Boolean).join("/");
}

/** Goes where the address says; names serve as well as ids. */
async function follow() {
  const [, as, who = "", where = "", thread = null] = decodeURIComponent(location.hash).split("/");
  const wanted =
    as === "as" ? state.workspace.users.find((/** @type {any} */ one) => one.id === who || one.name === who) : null;
  const me =
    wanted ?? state.me ?? humans().find((one) => !one.deactivated && !one.is_guest && !one.is_stranger) ?? humans()[0];
  const switched = me.id !== state.me?.id;
  if (switched) become(me);
  if (switched) await readView();
  if (where === APP_MESSAGES && !appChannel()) await openAppMessages();
  const found = state.channels.find((one) => one.id === where || (one.kind !== "im" && one.name === where));
  const place = where === HOME ? HOME : where === APP_MESSAGES ? (appChannel()?.id ?? HOME) : (found?.id ?? start());
  const arrived = switched || place !== state.place;
  leave(arrived);
  state.place = place;
  state.thread = place === HOME ? null : thread;
  if (arrived && place === HOME) act(me.id, "home", {}).then(refresh);
  await refresh();
}

/**
 * Where a person starts: at the newest of what waits for them, else at the app's Home. Who opens the page without an
 * address starts at what the app wrote to them: a second browser finds the welcome, although the first has read it.
 */
function start() {
  const unread = state.channels.filter((one) => one.is_member && one.unread > 0);
  unread.sort((a, b) => Number(b.last_ts ?? 0) - Number(a.last_ts ?? 0));
  const own = appChannel();
  if (own && (own.unread > 0 || (!location.hash && own.last_ts))) return own.id;
  return unread[0]?.id ?? HOME;
}

async function openAppMessages() {
  await act(state.me.id, "im", { user: state.workspace.app.bot_user_id });
  await readView();
}

/** @param {boolean} arrived */
function leave(arrived) {
  if (!arrived || !state.me) return;
  state.newFrom.delete(`${state.me.id}/${state.place}`);
  state.messagesOf = "";
  setDrawer(false);
}

/** @param {import("./state.js").Person} me */
function become(me) {
  const before = state.me;
  stopListening();
  Object.assign(state, {
    me,
    channels: [],
    modals: [],
    home: null,
    messages: [],
    messagesOf: "",
    place: "",
    thread: null,
  });
  state.newFrom.clear();
  stopListening = listen(me.id, onEvent, onLine);
  if (before) announce(`You are now ${displayName(me.id)}`);
}

/** @param {{channel: string | null}} event */
function onEvent(event) {
  clearTimeout(clockTimer);
  clockTimer = window.setTimeout(readClock, event.channel === null ? 100 : 1000);
  refresh();
}

/** @param {boolean} live */
function onLine(live) {
  clearTimeout(offlineTimer);
  if (!live) offlineTimer = window.setTimeout(() => (byId("offline").hidden = false), 1500);
  else {
    byId("offline").hidden = true;
    readClock().then(refresh);
  }
}

/** Reads and shows; calls that come meanwhile are answered by one more round. */
function refresh() {
  again = true;
  reading ??= (async () => {
    while (again) {
      again = false;
      await read().catch((error) => console.warn("The sandbox could not be read.", error));
    }
    reading = null;
  })();
  return reading;
}

async function readView() {
  const view = await getView(state.me.id);
  Object.assign(state, { channels: view.channels, modals: view.modals ?? [], home: view.home });
}

async function read() {
  const { me, place } = state;
  const [view, messages] = await Promise.all([
    getView(me.id),
    place === HOME || !place ? null : getChannel(me.id, place),
  ]);
  if (me !== state.me || place !== state.place) return void (again = true);
  Object.assign(state, { channels: view.channels, modals: view.modals ?? [], home: view.home });
  if (messages) takeMessages(messages.messages);
  render();
  await markRead();
}

/** @param {import("./state.js").Message[]} messages */
function takeMessages(messages) {
  const key = `${state.me.id}/${state.place}`;
  const unread = channel(state.place)?.unread ?? 0;
  const first = state.messagesOf !== key;
  state.messages = [...messages].sort((a, b) => Number(a.ts) - Number(b.ts));
  state.messagesOf = key;
  if (!unread || !(first || document.hidden) || state.newFrom.has(key)) return;
  const fresh = state.messages.filter((one) => one.user !== state.me.id).slice(-unread);
  const top = fresh.find((one) => !one.thread_ts || one.thread_ts === one.ts);
  if (top) state.newFrom.set(key, top.ts);
}

async function markRead() {
  const one = channel(state.place);
  if (!one?.unread || !one.is_member || document.hidden) return;
  await act(state.me.id, "read", { channel: one.id });
}

function render() {
  renderPeople();
  renderClock();
  renderSidebar();
  renderConversation();
  syncModals();
  tidyFloats();
  const one = channel(state.place);
  const unread = state.channels.reduce(
    (sum, each) => sum + (each.is_member && each.id !== state.place ? each.unread : 0),
    0,
  );
  const title = one ? `${one.kind === "im" ? "" : "#"}${channelName(one)}` : `${state.workspace.app.name} Home`;
  document.title = `${unread ? `(${unread}) ` : ""}${title} — ${state.workspace.team.name}`;
  document.body.dataset.ready = `${state.me.id}/${state.place}`;
}

function closeThread() {
  if (state.thread) go(state.place);
}

async function boot() {
  state.workspace = await getWorkspace();
  state.clockOffset = (Date.parse(state.workspace.now) - Date.now()) / 1000;
  startSidebar(go);
  startPeople((user) => go(user === state.me.id ? state.place : "", null, user));
  startConversation({ go, openMenu: () => setDrawer(true), changed: refresh });
  startModals(refresh);
  startClock(refresh);
  byId("thread-close").addEventListener("click", closeThread);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) closeThread();
  });
  addEventListener("hashchange", follow);
  document.addEventListener("visibilitychange", refresh);
  await readClock();
  await follow();
}

boot().catch((error) => {
  console.error(error);
  document.body.replaceChildren(
    h("p", { class: "empty" }, "The sandbox cannot be reached. Is it still running? Reload the page to try again."),
  );
});
