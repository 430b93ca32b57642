// @ts-check
// The sandbox's JSON API, one function an endpoint. A refusal is an answer ({ok: false, error}), never an exception.

/** @typedef {{ok: boolean, error?: string, [key: string]: any}} Answer */

/** @param {string} path */
async function get(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Answer>}
 */
async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const json = await answer.json().catch(() => null);
    if (json && typeof json === "object") return { ok: answer.ok, ...json };
    return { ok: false, error: `The sandbox answered ${answer.status}.` };
  } catch {
    return { ok: false, error: "The sandbox cannot be reached. Is it still running?" };
  }
}

const as = (/** @type {string} */ user) => `/sandbox/as/${encodeURIComponent(user)}`;

export const getWorkspace = () => get("/sandbox/workspace");
export const getClock = () => get("/sandbox/clock");
export const getView = (/** @type {string} */ user) => get(`${as(user)}/view`);
export const getChannel = (/** @type {string} */ user, /** @type {string} */ channel) =>
  get(`${as(user)}/channels/${encodeURIComponent(channel)}`);
export const moveClock = (/** @type {object} */ body) => post("/sandbox/clock", body);

/**
 * Does something as a person: say, command, click, submit, close, options, home, shortcut, im, react, read, drop.
 * @param {string} user
 * @param {string} verb
 * @param {object} body
 */
export const act = (user, verb, body) => post(`${as(user)}/${verb}`, body);

/**
 * Calls `onChange` for every change that this person could see, and `onState` when the line goes down or comes back.
 * @param {string} user
 * @param {(event: {type: string, channel: string | null}) => void} onChange
 * @param {(live: boolean) => void} onState
 * @returns {() => void} stops listening
 */
export function listen(user, onChange, onState) {
  const source = new EventSource(`/sandbox/events?user=${encodeURIComponent(user)}`);
  source.onmessage = (event) => onChange(JSON.parse(event.data));
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  return () => source.close();
}
