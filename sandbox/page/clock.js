// @ts-check
// The clock bar: what time it is in the sandbox, for the viewer, and buttons that move it.
import { getClock, moveClock } from "./api.js";
import { fromLocal, shortDay, shortMoment, time, toLocal } from "./dates.js";
import { byId, h } from "./dom.js";
import { ask } from "./dialogs.js";
import { icon } from "./icons.js";
import { openMenu } from "./popover.js";
import { now, state } from "./state.js";
import { toast } from "./toast.js";

/** @typedef {{id: string, label: string, at: string | null}} Jump */

/** @type {{jumps: Jump[], movable: boolean}} */
let clock = { jumps: [], movable: false };
/** Where the clock is moving to, in words. @type {string | null} */
let moving = null;
/** @type {() => void} */
let moved = () => {};
let stamp = "";

/** @param {() => void} onMoved called when the clock was moved from this page */
export function startClock(onMoved) {
  moved = onMoved;
  setInterval(renderClock, 1000);
}

/** Reads the clock again. */
export async function readClock() {
  const answer = await getClock().catch(() => null);
  if (!answer) return;
  state.clockOffset = Date.parse(answer.now) / 1000 - Date.now() / 1000;
  clock = { jumps: answer.jumps ?? [], movable: Boolean(answer.movable) };
  renderClock();
}

const seconds = (/** @type {string} */ iso) => Date.parse(iso) / 1000;

/** Shows the time; cheap when the minute is the same. */
export function renderClock() {
  if (!state.me) return;
  const { tz } = state.me;
  const fresh = JSON.stringify([Math.floor(now() / 60), tz, moving, clock]);
  if (fresh === stamp) return;
  stamp = fresh;
  const face = moving
    ? [
        h("span", { class: "spinner", "aria-hidden": "true" }),
        h("span", { class: "clock-text" }, h("b", null, "Moving…"), h("small", null, moving)),
      ]
    : [
        icon("clock", 18),
        h("span", { class: "clock-text" }, h("b", null, time(now(), tz)), h("small", null, shortDay(now(), tz, now()))),
      ];
  const chip = h(
    "button",
    {
      type: "button",
      class: "clock-chip",
      "data-testid": "clock",
      "data-now": new Date(now() * 1000).toISOString(),
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": moving
        ? `Moving the clock to ${moving}`
        : `Sandbox time ${time(now(), tz)}, ${shortDay(now(), tz, now())}. Move the clock`,
      title: `Sandbox time in ${tz}`,
      disabled: moving !== null || !clock.movable,
      onclick: () => more(chip),
    },
    face,
    clock.movable && icon("down", 14),
  );
  const old = byId("clock").querySelector(".clock-chip");
  if (old?.getAttribute("aria-expanded") === "true") return void (stamp = "");
  const focused = byId("clock").contains(document.activeElement)
    ? document.activeElement?.getAttribute("data-jump") || "chip"
    : null;
  byId("clock").classList.toggle("moving", moving !== null);
  byId("clock").replaceChildren(
    chip,
    clock.movable && clock.jumps.length > 0
      ? h(
          "div",
          { class: "jumps", role: "group", "aria-label": "Move the clock" },
          h("span", { class: "jumps-label" }, "Jump to"),
          clock.jumps.map(jumpButton),
        )
      : "",
  );
  if (focused) /** @type {HTMLElement} */ (byId("clock").querySelector(`[data-jump="${focused}"]`) ?? chip).focus();
}

/** @param {Jump} jump */
function jumpButton(jump) {
  return h(
    "button",
    {
      type: "button",
      class: "jump",
      "data-jump": jump.id,
      disabled: moving !== null || !jump.at,
      title: jump.at ? `Go to ${moment(jump)}` : "Nothing to jump to",
      onclick: () => move({ jump: jump.id }, jump.at ? moment(jump) : jump.label),
    },
    h("span", null, jump.label),
  );
}

/** @param {Jump} jump */
const moment = (jump) => (jump.at ? shortMoment(seconds(jump.at), state.me.tz, now()) : "");

/** @param {HTMLElement} chip */
function more(chip) {
  const items = clock.jumps.map((jump) => ({
    content: [h("span", { class: "grow" }, jump.label), h("small", null, moment(jump))],
    props: { "data-jump": jump.id },
    disabled: !jump.at,
    pick: () => move({ jump: jump.id }, moment(jump)),
  }));
  openMenu(
    chip,
    [
      ...items,
      {
        content: [h("span", { class: "grow" }, "Another moment…")],
        props: { "data-testid": "clock-custom" },
        pick: custom,
      },
    ],
    { label: "Move the clock", class: "clock-menu" },
  );
}

async function custom() {
  const { tz } = state.me;
  const input = /** @type {HTMLInputElement} */ (
    h("input", {
      type: "datetime-local",
      class: "text-input",
      value: toLocal(now() + 3600, tz),
      min: toLocal(now(), tz),
      "aria-label": "Date and time",
    })
  );
  const chosen = await ask("Move the clock", (close) => [
    h(
      "div",
      { class: "ask-body" },
      h("p", null, `Everything that falls due on the way happens. Time only moves forward; it is in ${tz}.`),
      input,
    ),
    h(
      "footer",
      null,
      h("button", { type: "button", class: "button", onclick: () => close() }, "Cancel"),
      h("button", { type: "button", class: "button primary", onclick: () => close(input.value) }, "Move"),
    ),
  ]);
  const at = chosen ? fromLocal(chosen, tz) : null;
  if (at === null) return;
  if (at <= now()) return toast("The clock only moves forward.", "error");
  await move({ to: new Date(at * 1000).toISOString() }, shortMoment(at, tz, now()));
}

/**
 * @param {object} body
 * @param {string} target in words
 */
async function move(body, target) {
  moving = target;
  renderClock();
  const answer = await moveClock(body);
  await readClock();
  moving = null;
  renderClock();
  if (!answer.ok) toast(answer.error ?? "The clock did not move.", "error");
  else toast(`It is now ${shortDay(now(), state.me.tz, now())}, ${time(now(), state.me.tz)}`);
  moved();
}
