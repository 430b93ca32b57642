// @ts-check
// table and data_table blocks. A data_table sorts by a click on its heads and shows a page at a time, as in Slack.
import { h } from "./dom.js";
import { emojiText } from "./emoji.js";
import { icon } from "./icons.js";
import { richText } from "./richtext.js";

/** @param {any} cell */
const cellContent = (cell) =>
  cell?.type === "rich_text" ? [richText(cell)] : emojiText(String(cell?.text ?? cell?.value ?? ""));

/** @param {any} cell */
const cellText = (cell) =>
  cellContent(cell)
    .map((node) => node.textContent)
    .join("");

/** @param {any} block */
export function table(block) {
  const settings = block.column_settings ?? [];
  const rows = (block.rows ?? []).map((/** @type {any[]} */ cells, /** @type {number} */ at) =>
    h(
      "tr",
      null,
      cells.map((cell, column) =>
        h(at ? "td" : "th", { class: cellClass(settings[column], cell), scope: at ? null : "col" }, cellContent(cell)),
      ),
    ),
  );
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", null, h("thead", null, rows.slice(0, 1)), h("tbody", null, rows.slice(1))),
  );
}

/** Numbers stand on the right unless the column says otherwise. @param {any} setting @param {any} cell */
const cellClass = (setting, cell) => {
  const side = setting?.align ?? (cell?.type === "raw_number" ? "right" : "left");
  return `align-${side}${setting?.is_wrapped === false ? " nowrap" : ""}`;
};

/** @param {any} block */
export function dataTable(block) {
  const [head, ...rows] = block.rows ?? [[]];
  const size = block.page_size ?? 5;
  const view = { sort: -1, down: false, page: 0 };
  const root = h("div", { class: "data-table" });
  const draw = () => root.replaceChildren(...drawData(block, head, sorted(rows, view), size, view, draw));
  draw();
  return root;
}

/**
 * @param {any[][]} rows
 * @param {{sort: number, down: boolean}} view
 */
function sorted(rows, view) {
  if (view.sort < 0) return rows;
  const key = (/** @type {any[]} */ row) => row[view.sort]?.value ?? cellText(row[view.sort]);
  const sign = view.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right), undefined, { numeric: true });
  });
}

/**
 * @param {any} block
 * @param {any[]} head
 * @param {any[][]} rows
 * @param {number} size
 * @param {{sort: number, down: boolean, page: number}} view
 * @param {() => void} draw
 */
function drawData(block, head, rows, size, view, draw) {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const titles = head.map((cell, column) =>
    headCell(
      cell,
      column,
      rows.some((row) => row[column]?.type === "raw_number"),
      view,
      draw,
    ),
  );
  const body = rows.slice(view.page * size, (view.page + 1) * size).map((cells) =>
    h(
      "tr",
      null,
      cells.map((cell, column) => {
        const isHead = column === (block.row_header_column_index ?? 0);
        return h(
          isHead ? "th" : "td",
          { class: cell?.type === "raw_number" ? "align-right" : "", scope: isHead ? "row" : null },
          cellContent(cell),
        );
      }),
    ),
  );
  const step = (/** @type {number} */ by) => () => {
    view.page += by;
    draw();
  };
  const pager =
    pages > 1 &&
    h(
      "div",
      { class: "pager" },
      h("button", { type: "button", class: "quiet", disabled: view.page === 0, onclick: step(-1) }, "Previous"),
      h("span", null, `${view.page + 1} of ${pages}`),
      h("button", { type: "button", class: "quiet", disabled: view.page + 1 >= pages, onclick: step(1) }, "Next"),
    );
  const grid = h(
    "table",
    null,
    h("caption", null, block.caption ?? ""),
    h("thead", null, h("tr", null, titles)),
    h("tbody", null, body),
  );
  return [h("div", { class: "table-scroll" }, grid), ...(pager ? [pager] : [])];
}

/**
 * @param {any} cell
 * @param {number} column
 * @param {boolean} numeric
 * @param {{sort: number, down: boolean, page: number}} view
 * @param {() => void} draw
 */
function headCell(cell, column, numeric, view, draw) {
  const active = view.sort === column;
  const sort = () => {
    view.down = active && !view.down;
    view.sort = column;
    view.page = 0;
    draw();
  };
  const direction = active ? (view.down ? "descending" : "ascending") : "none";
  return h(
    "th",
    { scope: "col", class: numeric ? "align-right" : "", "aria-sort": direction },
    h("button", { type: "button", class: "sort", onclick: sort }, cellContent(cell), icon("down", 12)),
  );
}
