// @ts-check
import { h } from "./dom.js";
import { art, hasArt } from "./emoji-art.js";

/** The names that business bots use. */
const TABLE = `
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ no_entry ⛔
no_entry_sign 🚫 warning ⚠️ rotating_light 🚨 bangbang ‼️ exclamation ❗ question ❓ grey_question ❔
information_source ℹ️ construction 🚧 octagonal_sign 🛑 red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡
large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣 white_circle ⚪ black_circle ⚫ large_red_square 🟥
large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 white_large_square ⬜
black_large_square ⬛ large_orange_diamond 🔶 small_red_triangle 🔺 small_red_triangle_down 🔻 arrow_up ⬆️
arrow_down ⬇️ arrow_right ➡️ arrow_left ⬅️ arrow_upper_right ↗️ arrow_lower_right ↘️
leftwards_arrow_with_hook ↩️ arrows_counterclockwise 🔄 repeat 🔁 fast_forward ⏩ hourglass ⌛
hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️ clock3 🕒 calendar 📆 date 📅 spiral_calendar_pad 🗓️
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 clipboard 📋 memo 📝 pencil2 ✏️
page_facing_up 📄 bookmark_tabs 📑 file_folder 📁 open_file_folder 📂 card_index 📇 package 📦 paperclip 📎 link 🔗
pushpin 📌 round_pushpin 📍 mag 🔍 lock 🔒 unlock 🔓 key 🔑 bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 email 📧 envelope ✉️
performing_arts 🎭 mute 🔇 incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 speech_balloon 💬 thought_balloon 💭 telephone_receiver 📞 zzz 💤
star ⭐ star2 🌟 sparkles ✨ tada 🎉 trophy 🏆 medal 🏅 dart 🎯 rocket 🚀 fire 🔥 bulb 💡 gem 💎 moneybag 💰 dollar 💵 euro 💶
credit_card 💳 briefcase 💼 office 🏢 handshake 🤝 gear ⚙️ wrench 🔧 hammer_and_wrench 🛠️ bug 🐛 shield 🛡️ umbrella ☂️
seedling 🌱 herb 🌿 new 🆕 soon 🔜 robot_face 🤖 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 clap 👏 raised_hands 🙌 wave 👋
pray 🙏 point_right 👉 point_up ☝️ ok_hand 👌 muscle 💪 eyes 👀 raised_hand ✋ writing_hand ✍️ brain 🧠 smile 😄
slightly_smiling_face 🙂 grinning 😀 joy 😂 wink 😉 thinking_face 🤔 neutral_face 😐 disappointed 😞 cry 😢 sob 😭
sweat_smile 😅 scream 😱 sunglasses 😎 heart_eyes 😍 partying_face 🥳 see_no_evil 🙈 ghost 👻 heart ❤️ broken_heart 💔
green_heart 💚 blue_heart 💙 100 💯 sunny ☀️ cloud ☁️ zap ⚡ snowflake ❄️ coffee ☕ pizza 🍕 checkered_flag 🏁
triangular_flag_on_post 🚩 white_flag 🏳️ mailbox 📫 busts_in_silhouette 👥 bust_in_silhouette 👤
`;

const words = TABLE.trim().split(/\s+/);
/** @type {Map<string, string>} */
const byName = new Map();
for (let i = 0; i < words.length; i += 2) byName.set(words[i], words[i + 1]);

/** The picker's and the hover bar's choice. */
export const QUICK = ["white_check_mark", "eyes", "raised_hands", "thumbsup", "tada", "heart", "thinking_face", "wave"];

/** Matches one `:name:` at lastIndex, skin tones included. */
export const EMOJI = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/y;

/** @param {string} name */
export const isEmoji = (name) => byName.has(name);

/**
 * A node for `:name:`, or the typed text when the name is not known.
 * @param {string} name
 * @returns {Node}
 */
export function emoji(name) {
  const character = byName.get(name);
  if (!character) return document.createTextNode(`:${name}:`);
  const drawn = !colourFont() && hasArt(character);
  if (!drawn && !colourFont() && (character.codePointAt(0) ?? 0) > 0xffff) return document.createTextNode(`:${name}:`);
  return h(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    drawn ? art(character) : character,
  );
}

const RAW = /\p{Extended_Pictographic}\uFE0F?/gu;

/**
 * Text in which emoji characters are drawn where this machine has no colour font for them.
 * @param {string} text
 * @returns {Node[]}
 */
export function withEmoji(text) {
  if (colourFont() || text.search(RAW) < 0) return [document.createTextNode(text)];
  const nodes = /** @type {Node[]} */ ([]);
  let from = 0;
  for (const match of text.matchAll(RAW)) {
    if (!hasArt(match[0])) continue;
    nodes.push(document.createTextNode(text.slice(from, match.index)));
    nodes.push(h("span", { class: "emoji", role: "img", "aria-label": match[0] }, art(match[0])));
    from = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/**
 * Plain text with `:name:` replaced, as Slack shows plain_text objects.
 * @param {string} text
 * @returns {Node[]}
 */
export function emojiText(text) {
  const nodes = /** @type {Node[]} */ ([]);
  let from = 0;
  for (const match of text.matchAll(/:([a-z0-9_+'-]+):/g)) {
    if (!isEmoji(match[1]) || match.index < from) continue;
    nodes.push(...withEmoji(text.slice(from, match.index)), emoji(match[1]));
    from = match.index + match[0].length;
  }
  nodes.push(...withEmoji(text.slice(from)));
  return nodes;
}

/** @type {boolean | undefined} */
let colour;

/** Whether this machine draws emoji in colour: one is painted and looked at. */
function colourFont() {
  if (colour !== undefined) return colour;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 20;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  if (!brush) return (colour = true);
  brush.font = "16px sans-serif";
  brush.fillText("🟢", 0, 16);
  const pixels = brush.getImageData(0, 0, 20, 20).data;
  colour = pixels.some((value, at) => at % 4 === 1 && value - pixels[at - 1] > 40);
  return colour;
}
