// @ts-check
// The list at the left: the app's Home, channels, direct messages.
import { act } from "./api.js";
import { avatar } from "./avatar.js";
import { byId, h, keepFocus } from "./dom.js";
import { ask } from "./dialogs.js";
import { icon } from "./icons.js";
import { openMenu } from "./popover.js";
import { APP_MESSAGES, appChannel, channelName, displayName, HOME, humans, state } from "./state.js";
import { toast } from "./toast.js";

/** @type {(place: string) => void} */
let go;
let stamp = "";

/** @param {(place: string) => void} onGo */
export function startSidebar(onGo) {
  go = onGo;
  byId("drawer-backdrop").addEventListener("click", () => setDrawer(false));
  byId("sidebar").addEventListener("keydown", (event) => {
    if (event.key === "Escape") setDrawer(false);
  });
}

/** Opens or closes the list at phone width, where it lies over the page. @param {boolean} open */
export function setDrawer(open) {
  document.body.classList.toggle("drawer-open", open);
  byId("main").toggleAttribute("inert", open);
  if (open) /** @type {HTMLElement | null} */ (byId("sidebar").querySelector("[aria-current], button"))?.focus();
}

/** Shows the state. */
export function renderSidebar() {
  const now = JSON.stringify([state.me.id, state.place, state.channels]);
  if (now === stamp) return;
  stamp = now;
  const nav = byId("sidebar");
  const scroll = nav.querySelector(".side-scroll")?.scrollTop ?? 0;
  keepFocus(nav, () => nav.replaceChildren(...content()));
  nav.querySelector(".side-scroll")?.scrollTo(0, scroll);
}

function content() {
  const { team, app, shortcuts } = state.workspace;
  const home = state.me.organisation ?? team.name;
  const channels = state.channels.filter((one) => one.kind !== "im");
  const listed = [...channels].sort(
    (a, b) =>
      Number(b.is_member) - Number(a.is_member) ||
      Number(a.is_archived) - Number(b.is_archived) ||
      a.name.localeCompare(b.name),
  );
  const direct = state.channels.filter((one) => one.kind === "im");
  direct.sort(
    (a, b) =>
      Number(b.with_user === app.bot_user_id) - Number(a.with_user === app.bot_user_id) ||
      channelName(a).localeCompare(channelName(b)),
  );
  const globals = shortcuts.filter((/** @type {any} */ one) => one.type === "global");
  const write = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": "Write to somebody",
      title: "Write to somebody",
      "data-testid": "new-dm",
      onclick: writeTo,
    },
    icon("plus", 16),
  );
  return [
    h(
      "div",
      { class: "workspace" },
      h("span", { class: "workspace-mark", "aria-hidden": "true" }, [...home][0]),
      h("span", { class: "workspace-name" }, home),
    ),
    h(
      "div",
      { class: "side-scroll" },
      h("ul", null, row(HOME, icon("home", 18), `${app.name} Home`, 0, state.place === HOME)),
      globals.length > 0 && h("ul", null, h("li", null, shortcutsButton(globals))),
      h("h2", null, "Channels"),
      h("ul", null, listed.map(channelRow)),
      h("h2", null, "Direct messages", write),
      h(
        "ul",
        null,
        appChannel() ? null : row(APP_MESSAGES, avatar(app.bot_user_id, 20), app.name, 0, false),
        direct.map(channelRow),
      ),
    ),
    h("p", { class: "side-note" }, "A local stand-in for Slack. Nothing leaves this machine."),
  ];
}

/** @param {import("./state.js").Channel} one */
function channelRow(one) {
  const face = one.kind === "im" ? avatar(one.with_user ?? "", 20) : icon(one.kind === "private" ? "lock" : "hash", 16);
  const others = one.shared_with ?? [];
  const label = others.length ? `${channelName(one)} (shared)` : channelName(one);
  const item = row(one.id, face, label, one.unread, state.place === one.id);
  item.classList.toggle("dim", !one.is_member || one.is_archived);
  return item;
}

/**
 * @param {string} place
 * @param {Node} face
 * @param {string} label
 * @param {number} unread
 * @param {boolean} current
 */
function row(place, face, label, unread, current) {
  const said = unread ? `${label}, ${unread} unread` : label;
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: unread && !current ? "unread" : "",
        "data-channel": place,
        "data-focus": place,
        "aria-label": said,
        "aria-current": current ? "page" : null,
        onclick: () => {
          setDrawer(false);
          go(place);
        },
      },
      h("span", { class: "side-face" }, face),
      h("span", { class: "side-label" }, label),
      unread > 0 && !current && h("span", { class: "count", "data-unread": unread }, unread > 99 ? "99+" : unread),
    ),
  );
}

/** @param {any[]} globals */
function shortcutsButton(globals) {
  const run = async (/** @type {string} */ id) => {
    const answer = await act(state.me.id, "shortcut", { callback_id: id });
    if (!answer.ok) toast(answer.error ?? "The shortcut did not work.", "error");
  };
  const button = h(
    "button",
    {
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-testid": "shortcuts",
      onclick: () =>
        openMenu(
          button,
          globals.map((one) => ({
            content: [icon("bolt", 16), one.name],
            props: { "data-shortcut": one.callback_id },
            pick: () => run(one.callback_id),
          })),
          { label: "Shortcuts" },
        ),
    },
    h("span", { class: "side-face" }, icon("bolt", 18)),
    h("span", { class: "side-label" }, "Shortcuts"),
  );
  return button;
}

async function writeTo() {
  const chosen = await ask("Write to", (close) => [
    h(
      "div",
      { class: "people" },
      humans()
        .filter((one) => one.id !== state.me.id && !one.deactivated)
        .map((one) =>
          h(
            "button",
            { type: "button", "data-person": one.id, onclick: () => close(one.id) },
            avatar(one.id, 32),
            h("span", null, h("b", null, displayName(one.id)), h("small", null, one.title ?? "")),
          ),
        ),
    ),
  ]);
  if (!chosen) return;
  const answer = await act(state.me.id, "im", { user: chosen });
  if (answer.ok) go(answer.channel ?? answer.id);
  else toast(answer.error ?? "The conversation could not be opened.", "error");
}
