// @ts-check
// The select menus: options from the block, from the workspace, or asked of the app while typing.
import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { Picker } from "./picker.js";
import { change } from "./slot.js";
import { channelName, displayName, humans, state } from "./state.js";

/** @typedef {import("./picker.js").Option} Option @typedef {import("./picker.js").Group} Group */

/** @param {any} element @param {import("./slot.js").Slot} slot */
export function select(element, slot) {
  const multi = element.type.startsWith("multi_");
  const kind = element.type.replace(/^multi_/, "").replace(/_select$/, "");
  const source = sources[kind] ?? sources.static;
  const { form } = slot.surface;
  const kept = form.start(slot.block, element.action_id, initial(element, kind, multi, form));
  const values = kept === null ? [] : Array.isArray(kept) ? kept : [kept];
  const picker = new Picker({
    placeholder: plain(element.placeholder) || "Select…",
    multi,
    max: element.max_selected_items,
    clearable: slot.input && slot.optional,
    chosen: values.map((value) => source.find(element, value, slot)),
    wait: kind === "external" ? 180 : 0,
    load: (query) => source.load(element, query, slot),
    onChange: chosen,
    props: {
      ...slot.props,
      "data-action-id": element.action_id,
      "data-autofocus": element.focus_on_load,
      "aria-label": slot.props.id ? null : plain(element.placeholder) || "Select",
    },
  });
  let before = picker.chosen;
  picker.root.classList.add(`picker-${kind}`);
  return picker.root;

  async function chosen(/** @type {Option[]} */ options) {
    const picked = options.map((one) => one.value);
    if (await change(element, slot, multi ? picked : (picked[0] ?? null))) before = options;
    else {
      picker.chosen = before;
      picker.draw();
    }
  }
}

/**
 * @param {any} element
 * @param {string} kind
 * @param {boolean} multi
 * @param {import("./form.js").Form} form
 */
function initial(element, kind, multi, form) {
  const plural = multi ? "s" : "";
  const given =
    element[
      `initial_${{ static: "option", external: "option", users: "user", conversations: "conversation", channels: "channel" }[kind]}${plural}`
    ];
  const list = given === undefined ? [] : [given].flat();
  for (const one of list) if (one?.value) form.options.set(one.value, one);
  const values = list.map((one) => one?.value ?? one);
  const here =
    kind === "conversations" && element.default_to_current_conversation && !values.length && state.place !== "home"
      ? [state.place]
      : values;
  return multi ? here : (here[0] ?? null);
}

/**
 * @typedef {{load: (element: any, query: string, slot: import("./slot.js").Slot) => Group[] | Promise<Group[]>,
 *   find: (element: any, value: string, slot: import("./slot.js").Slot) => Option}} Source
 */

/** @type {Record<string, Source>} */
const sources = {
  static: {
    load: (element, query) => matching(groupsOf(element.option_groups ?? element.options ?? []), query),
    find: (element, value) =>
      groupsOf(element.option_groups ?? element.options ?? [])
        .flatMap((group) => group.options)
        .find((one) => one.value === value) ?? unlabelled(value),
  },
  external: {
    async load(element, query, slot) {
      if (query.length < (element.min_query_length ?? 3)) return [];
      const groups = groupsOf(
        await slot.surface.options({ block_id: slot.block, action_id: element.action_id, query }),
        slot.surface.form,
      );
      return groups.filter((group) => group.options.length);
    },
    find: (_, value, slot) =>
      slot.surface.form.options.has(value) ? option(slot.surface.form.options.get(value)) : unlabelled(value),
  },
  users: {
    load: (_, query) =>
      matching(
        [
          {
            options: humans()
              .filter((one) => !one.deactivated)
              .map((one) => personOption(one.id)),
          },
        ],
        query,
      ),
    find: (_, value) => personOption(value),
  },
  channels: {
    load: (_, query) =>
      matching(
        [{ options: state.channels.filter((one) => one.kind === "channel" && !one.is_archived).map(channelOption) }],
        query,
      ),
    find: (_, value) => channelById(value),
  },
  conversations: {
    load: (element, query) =>
      matching([{ options: state.channels.filter((one) => allowed(one, element.filter)).map(channelOption) }], query),
    find: (_, value) => channelById(value),
  },
};

/** @param {import("./state.js").Channel} one @param {any} filter */
function allowed(one, filter) {
  const kind = { channel: "public", private: "private", im: "im" }[one.kind];
  return !one.is_archived && (!filter?.include || filter.include.includes(kind));
}

/** @param {any[]} list options or option groups @param {import("./form.js").Form} [form] remembers their labels @returns {Group[]} */
function groupsOf(list, form) {
  const make = (/** @type {any} */ one) => {
    form?.options.set(one.value, one);
    return option(one);
  };
  if (list[0]?.options) return list.map((group) => ({ label: plain(group.label), options: group.options.map(make) }));
  return [{ options: list.map(make) }];
}

/** @param {any} json @returns {Option} */
function option(json) {
  return {
    value: json.value,
    label: plain(json.text),
    content: () => textObject(json.text),
    description: json.description && (() => textObject(json.description)),
  };
}

/** @param {string} value @returns {Option} */
const unlabelled = (value) => ({ value, label: value, content: () => [document.createTextNode(value)] });

/** @param {string} id @returns {Option} */
function personOption(id) {
  const label = displayName(id);
  return { value: id, label, content: () => [document.createTextNode(label)], icon: () => avatar(id, 22) };
}

/** @param {import("./state.js").Channel} one @returns {Option} */
function channelOption(one) {
  const label = channelName(one);
  const mark = { channel: "hash", private: "lock", im: "person" }[one.kind];
  return {
    value: one.id,
    label,
    content: () => [document.createTextNode(label)],
    icon: () => h("span", { class: "option-icon" }, icon(mark, 14)),
  };
}

/** @param {string} id @returns {Option} */
function channelById(id) {
  const found = state.channels.find((one) => one.id === id);
  return found ? channelOption(found) : unlabelled(id);
}

/** Those whose words start with what is typed, or that contain it. @param {Group[]} groups @param {string} query @returns {Group[]} */
function matching(groups, query) {
  const wanted = query.trim().toLowerCase();
  return groups
    .map((group) => ({ ...group, options: group.options.filter((one) => one.label.toLowerCase().includes(wanted)) }))
    .filter((group) => group.options.length);
}
