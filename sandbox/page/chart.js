// @ts-check
// data_visualization blocks as small SVG charts: pie, bar, line and area, with a legend and a text for readers.
import { h, svg } from "./dom.js";

const COLOURS = [
  "var(--chart-1)",
  "var(--chart-2)",
  "var(--chart-3)",
  "var(--chart-4)",
  "var(--chart-5)",
  "var(--chart-6)",
];
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [560, 220, 44, 30, 10];
const colour = (/** @type {number} */ index) => COLOURS[index % COLOURS.length];
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** @param {any} block */
export function chart(block) {
  const spec = block.chart ?? {};
  const pie = spec.type === "pie";
  const names = pie
    ? spec.segments.map((/** @type {any} */ one) => one.label)
    : spec.series.map((/** @type {any} */ one) => one.name);
  const legend = names.map((/** @type {string} */ name, /** @type {number} */ index) =>
    h(
      "li",
      null,
      h("span", { class: "swatch", style: `background:${colour(index)}` }),
      name,
      pie && h("b", null, compact.format(spec.segments[index].value)),
    ),
  );
  const axis = (/** @type {string} */ name) =>
    spec.axis_config?.[name] && h("div", { class: `axis-title ${name}` }, spec.axis_config[name]);
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", null, block.title ?? ""),
    axis("y_label"),
    pie ? pieChart(spec) : axisChart(spec, describe(spec)),
    axis("x_label"),
    h("ul", { class: "legend" }, legend),
  );
}

/** @param {any} spec */
function describe(spec) {
  return spec.series
    .map(
      (/** @type {any} */ one) =>
        `${one.name}: ${one.data.map((/** @type {any} */ p) => `${p.label} ${p.value}`).join(", ")}`,
    )
    .join("; ");
}

/** @param {any} spec */
function pieChart(spec) {
  const total = spec.segments.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.value, 0);
  let angle = -Math.PI / 2;
  const slices = spec.segments.map((/** @type {any} */ one, /** @type {number} */ index) => {
    const sweep = (one.value / total) * Math.PI * 2;
    const path = slice(angle, Math.min(sweep, Math.PI * 1.9999));
    angle += sweep;
    return svg("path", { d: path, fill: colour(index) }, svg("title", {}, `${one.label}: ${one.value}`));
  });
  const text = spec.segments.map((/** @type {any} */ one) => `${one.label} ${one.value}`).join(", ");
  return svg("svg", { viewBox: "0 0 200 200", class: "pie", role: "img", "aria-label": text }, slices);
}

/** A ring's slice. @param {number} from @param {number} sweep */
function slice(from, sweep) {
  const point = (/** @type {number} */ radius, /** @type {number} */ at) =>
    `${100 + radius * Math.cos(at)} ${100 + radius * Math.sin(at)}`;
  const big = sweep > Math.PI ? 1 : 0;
  return `M${point(90, from)}A90 90 0 ${big} 1 ${point(90, from + sweep)}L${point(52, from + sweep)}A52 52 0 ${big} 0 ${point(52, from)}Z`;
}

/** @param {any} spec @param {string} text */
function axisChart(spec, text) {
  const categories = spec.axis_config?.categories ?? spec.series[0].data.map((/** @type {any} */ point) => point.label);
  const all = spec.series.flatMap((/** @type {any} */ one) => one.data.map((/** @type {any} */ point) => point.value));
  const ticks = roundTicks(Math.min(0, ...all), Math.max(0, ...all) || 1);
  const [low, high] = [ticks[0], ticks[ticks.length - 1]];
  const y = (/** @type {number} */ value) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const band = (WIDTH - LEFT) / categories.length;
  const x = (/** @type {number} */ index) => LEFT + band * (index + 0.5);
  const values = (/** @type {any} */ one) =>
    categories.map(
      (/** @type {string} */ label) => one.data.find((/** @type {any} */ point) => point.label === label)?.value ?? 0,
    );
  const draw = spec.type === "bar" ? bars : curve;
  const marks = spec.series.flatMap((/** @type {any} */ one, /** @type {number} */ index) =>
    draw(values(one), {
      x,
      y,
      band,
      index,
      count: spec.series.length,
      area: spec.type === "area",
      name: one.name,
      categories,
    }),
  );
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", role: "img", "aria-label": text },
    grid(ticks, y),
    marks,
    labels(categories, x, band),
  );
}

/** About five round numbers that span the values. @param {number} low @param {number} high */
function roundTicks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5].find((one) => one * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  return Array.from({ length: Math.ceil(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

/** @param {number[]} ticks @param {(value: number) => number} y */
function grid(ticks, y) {
  return ticks.map((value) => {
    return svg(
      "g",
      { class: "tick" },
      svg("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, compact.format(value)),
    );
  });
}

/** @param {string[]} categories @param {(index: number) => number} x @param {number} band */
function labels(categories, x, band) {
  const every = Math.ceil(56 / band);
  const room = Math.max(4, Math.floor((band * every) / 6.5));
  const short = (/** @type {string} */ text) => (text.length > room ? `${text.slice(0, room - 1)}…` : text);
  return categories.map((text, index) =>
    index % every
      ? null
      : svg("text", { class: "category", x: x(index), y: HEIGHT - 8, "text-anchor": "middle" }, short(text)),
  );
}

/**
 * @typedef {{x: (index: number) => number, y: (value: number) => number, band: number, index: number, count: number, area: boolean, name: string, categories: string[]}} Plot
 * @param {number[]} values
 * @param {Plot} plot
 */
function bars(values, { x, y, band, index, count, name, categories }) {
  const width = Math.min(34, (band * 0.7) / count);
  return values.map((value, at) => {
    const left = x(at) - (width * count) / 2 + width * index;
    const top = Math.min(y(value), y(0));
    return svg(
      "rect",
      {
        x: left + 1,
        y: top,
        width: width - 2,
        height: Math.max(1, Math.abs(y(value) - y(0))),
        rx: 2,
        fill: colour(index),
      },
      svg("title", {}, `${name}, ${categories[at]}: ${value}`),
    );
  });
}

/**
 * @param {number[]} values
 * @param {Plot} plot
 */
function curve(values, { x, y, index, area, name, categories }) {
  const path = values.map((value, at) => `${at ? "L" : "M"}${x(at)} ${y(value)}`).join("");
  const fill =
    area &&
    svg("path", { d: `${path}L${x(values.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z`, fill: colour(index), opacity: 0.18 });
  const dots = values.map((value, at) =>
    svg(
      "circle",
      { cx: x(at), cy: y(value), r: 3, fill: colour(index) },
      svg("title", {}, `${name}, ${categories[at]}: ${value}`),
    ),
  );
  return [fill, svg("path", { d: path, fill: "none", stroke: colour(index), "stroke-width": 2.2 }), ...dots];
}
