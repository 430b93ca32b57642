// @ts-check
// A surface is where blocks stand: a message, a modal, the Home tab. It knows how to send what a person does there.
import { act } from "./api.js";
import { formOf } from "./form.js";
import { state } from "./state.js";
import { toast } from "./toast.js";

/**
 * @typedef {{key: string, kind: "message" | "modal" | "home", form: import("./form.js").Form, blocks: any[],
 *   click: (action: object) => Promise<boolean>, options: (query: object) => Promise<any[]>}} Surface
 */

/**
 * @param {string} key
 * @param {Surface["kind"]} kind
 * @param {object} base what names the surface to the sandbox
 * @param {any[]} blocks
 * @returns {Surface}
 */
function surface(key, kind, base, blocks) {
  const user = state.me.id;
  const form = formOf(`${user}/${key}`);
  return {
    key,
    kind,
    form,
    blocks,
    async click(action) {
      for (const typed of form.unsent(blocks)) await act(user, "click", { ...base, ...typed });
      const answer = await act(user, "click", { ...base, ...action });
      if (!answer.ok) toast(answer.error ?? "That did not work.", "error");
      return answer.ok;
    },
    async options(query) {
      const answer = await act(user, "options", { ...base, ...query });
      return answer.ok ? (answer.options ?? answer.option_groups ?? []) : [];
    },
  };
}

/** @param {string} channel @param {import("./state.js").Message} message */
export const messageSurface = (channel, message) =>
  surface(
    `${channel}/${message.ts}`,
    "message",
    { channel, ts: message.ts, ephemeral: Boolean(message.ephemeral) },
    message.blocks ?? [],
  );

/** @param {string} viewId @param {any} view @param {"modal" | "home"} kind */
export const viewSurface = (viewId, view, kind) => surface(viewId, kind, { view_id: viewId }, view.blocks ?? []);
