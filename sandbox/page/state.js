// @ts-check
// What the page knows. Only app.js writes it; everything else reads it.

/**
 * @typedef {{id: string, name: string, real_name: string, title?: string, tz: string, is_bot?: boolean, is_guest?: boolean,
 *   is_stranger?: boolean, organisation?: string | null, deactivated?: boolean, color?: string}} Person
 * @typedef {{id: string, name: string, kind: "channel" | "private" | "im", is_member: boolean, is_archived: boolean, topic?: string,
 *   shared_with?: string[],
 *   unread: number, with_user?: string, last_ts?: string}} Channel
 * @typedef {{ts: string, user: string, bot?: any, text: string, blocks?: any[], thread_ts?: string, reply_count?: number,
 *   reactions?: {name: string, users: string[]}[], edited?: boolean, ephemeral?: boolean, attachments?: any[], files?: any[]}} Message
 */

export const HOME = "home";
/** The direct message with the app, in the address, whether it exists yet or not. */
export const APP_MESSAGES = "dm";

export const state = {
  /** @type {any} */ workspace: null,
  /** @type {Person} */ me: /** @type {any} */ (null),
  /** @type {Channel[]} */ channels: [],
  /** @type {{view_id: string, view: any, errors?: Record<string, string>}[]} */ modals: [],
  /** @type {any} */ home: null,
  /** Where the person looks: a channel id, or HOME. */
  /** @type {string} */ place: HOME,
  /** @type {string | null} */ thread: null,
  /** @type {Message[]} */ messages: [],
  /** Whose messages these are: "user/channel". */
  messagesOf: "",
  /** First unread message per "user/channel", kept while the channel stays open. @type {Map<string, string>} */
  newFrom: new Map(),
  /** Sandbox time minus this machine's time, in seconds. */
  clockOffset: 0,
};

/** The sandbox's time in unix seconds. */
export const now = () => Date.now() / 1000 + state.clockOffset;

/** @param {string} id @returns {Person | undefined} */
export const person = (id) => state.workspace?.users.find((/** @type {Person} */ user) => user.id === id);

/** @param {string} id @returns {Channel | undefined} */
export const channel = (id) => state.channels.find((one) => one.id === id);

/** The name to show for somebody. @param {string} id */
export function displayName(id) {
  const found = person(id);
  if (found) return found.real_name || found.name;
  const app = state.workspace?.app;
  if (app && (id === app.bot_user_id || id === app.id)) return app.name;
  return id === "USLACKBOT" ? "Slackbot" : "Unknown person";
}

/** The app's own direct-message channel with the viewer. @returns {Channel | undefined} */
export const appChannel = () =>
  state.channels.find((one) => one.kind === "im" && one.with_user === state.workspace.app.bot_user_id);

/** @param {Channel} one */
export const channelName = (one) => (one.kind === "im" ? displayName(one.with_user ?? "") : one.name);

/** The people that a viewer can be: humans who are not deactivated. @returns {Person[]} */
export const humans = () =>
  state.workspace.users.filter((/** @type {Person} */ user) => !user.is_bot && user.id !== "USLACKBOT");
