// @ts-check
// What a person has chosen or typed on one surface (a modal, a message, the Home tab), by block and action. It outlives
// re-rendering. As in Slack, a view that is updated with the same ids keeps what is there: initial values count once.

/** Files are the objects that the sandbox gave for them. @typedef {string | string[] | any[] | null} Value */

export class Form {
  constructor() {
    /** @type {Map<string, {value: Value}>} */
    this.entries = new Map();
    /** Pairs that changed since they were last sent. @type {Set<string>} */
    this.dirty = new Set();
    /** Labels of options that came from the app, by value. @type {Map<string, any>} */
    this.options = new Map();
  }

  /**
   * The value kept for this pair, or `initial`, which is kept from now on.
   * @param {string} block
   * @param {string} action
   * @param {Value} initial
   */
  start(block, action, initial) {
    const key = `${block}\n${action}`;
    const found = this.entries.get(key);
    if (found) return found.value;
    this.entries.set(key, { value: initial });
    return initial;
  }

  /** @param {string} block @param {string} action @param {Value} value */
  set(block, action, value) {
    this.entries.set(`${block}\n${action}`, { value });
    this.dirty.add(`${block}\n${action}`);
  }

  /**
   * The values of the input blocks among `blocks`: {block_id: {action_id: value}}.
   * @param {any[]} blocks
   */
  values(blocks) {
    const result = /** @type {Record<string, Record<string, Value>>} */ ({});
    for (const block of inputBlocks(blocks)) {
      const { block_id: id, element } = block;
      result[id] = { [element.action_id]: this.entries.get(`${id}\n${element.action_id}`)?.value ?? null };
    }
    return result;
  }

  /**
   * What was entered since the last call in inputs that send nothing by themselves.
   * @param {any[]} blocks
   * @returns {{block_id: string, action_id: string, selected: Value}[]}
   */
  unsent(blocks) {
    const quiet = inputBlocks(blocks).filter((block) => !block.dispatch_action);
    return quiet.flatMap(({ block_id, element: { action_id } }) => {
      const key = `${block_id}\n${action_id}`;
      if (!this.dirty.delete(key)) return [];
      return [{ block_id, action_id, selected: this.entries.get(key)?.value ?? null }];
    });
  }
}

/** The input blocks of a surface, those in containers included. @param {any[]} blocks @returns {any[]} */
export const inputBlocks = (blocks) =>
  blocks.flatMap((block) =>
    block.type === "container" ? inputBlocks(block.child_blocks ?? []) : block.type === "input" ? [block] : [],
  );

/** @type {Map<string, Form>} */
const forms = new Map();

/** The form of a surface, made on first use. @param {string} key */
export function formOf(key) {
  let form = forms.get(key);
  if (!form) forms.set(key, (form = new Form()));
  return form;
}

/** @param {string} key */
export const forgetForm = (key) => forms.delete(key);
