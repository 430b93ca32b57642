// @ts-check
// "Be another person": the button with the viewer's name, and the list of all the others.
import { getView } from "./api.js";
import { avatar } from "./avatar.js";
import { time } from "./dates.js";
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./popover.js";
import { displayName, humans, now, state } from "./state.js";

/** @type {(user: string) => void} */
let become;
let stamp = "";

/** @param {(user: string) => void} onBecome */
export function startPeople(onBecome) {
  become = onBecome;
}

/** Shows who the viewer is. */
export function renderPeople() {
  const { me } = state;
  if (stamp === me.id) return;
  stamp = me.id;
  const button = h(
    "button",
    {
      type: "button",
      class: "me",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-testid": "person-switch",
      "data-me": me.id,
      "aria-label": `You are ${displayName(me.id)}. Be another person`,
      onclick: () => choose(button),
    },
    avatar(me.id, 28),
    h(
      "span",
      { class: "me-text" },
      h("b", null, displayName(me.id)),
      h("small", null, [me.title, flag(me)].filter(Boolean).join(" · ") || "Be another person"),
    ),
    icon("down", 16),
  );
  byId("me").replaceChildren(button);
}

/** @param {HTMLElement} button */
function choose(button) {
  const items = humans().map((one) => ({
    content: [
      avatar(one.id, 36),
      h(
        "span",
        { class: "person-text" },
        h("b", null, displayName(one.id)),
        h(
          "small",
          null,
          [one.title, flag(one), one.tz === state.me.tz ? "" : `${time(now(), one.tz)} there`]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
      h("span", { class: "count", "data-unread-of": one.id, hidden: true }),
    ],
    props: { "data-person": one.id, "aria-current": one.id === state.me.id ? "true" : null },
    pick: () => become(one.id),
  }));
  openMenu(button, items, { label: "Be another person", end: true, class: "people-menu" });
  countUnread();
}

/** @param {import("./state.js").Person} one */
function flag(one) {
  if (one.deactivated) return "deactivated";
  return one.is_stranger ? (one.organisation ?? "other organisation") : one.is_guest ? "guest" : "";
}

/** Shows beside each name how much waits there, so that the next step of a demo is easy to find. */
async function countUnread() {
  await Promise.all(
    humans()
      .filter((one) => one.id !== state.me.id)
      .slice(0, 20)
      .map(async (one) => {
        const view = await getView(one.id).catch(() => null);
        const count = (view?.channels ?? []).reduce(
          (/** @type {number} */ sum, /** @type {any} */ each) => sum + (each.is_member ? each.unread : 0),
          0,
        );
        const mark = /** @type {HTMLElement | null} */ (document.querySelector(`[data-unread-of="${one.id}"]`));
        if (!mark || !count) return;
        mark.textContent = String(count);
        mark.setAttribute("aria-label", `${count} unread`);
        mark.hidden = false;
      }),
  );
}
