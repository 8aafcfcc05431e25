// The buttons above a text area: each puts its signs around or before what is selected, or takes them away again.
const around = { strong: "**", em: "*", code: "`" };
const before = { quote: "> ", list: "- ", spoiler: ">! " };

export async function apply(button) {
  const area = button.form.querySelector("textarea");
  const name = button.dataset.markup;
  area.focus();
  if (name === "link") link(area);
  else if (name === "code" && selected(area).includes("\n")) put(area, `\`\`\`\n${selected(area)}\n\`\`\``);
  else if (around[name]) wrap(area, around[name]);
  else prefix(area, before[name]);
}

const selected = (area) => area.value.slice(area.selectionStart, area.selectionEnd);

/** As if it were typed, so that the browser's undo takes it back. */
export function put(area, text) {
  if (!document.execCommand?.("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function wrap(area, sign) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const has = value.slice(start - sign.length, start) === sign && value.slice(end, end + sign.length) === sign
    // One star of a pair of stars is no sign of its own.
    && (sign !== "*" || value[start - 2] !== "*" || value[end + 1] !== "*");
  const text = selected(area);
  if (has) area.setSelectionRange(start - sign.length, end + sign.length);
  put(area, has ? text : sign + text + sign);
  const from = has ? start - sign.length : start + sign.length;
  area.setSelectionRange(from, from + text.length);
}

function prefix(area, sign) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const after = area.value.indexOf("\n", area.selectionEnd);
  area.setSelectionRange(start, after < 0 ? area.value.length : after);
  const lines = selected(area).split("\n");
  const has = lines.every((line) => line.startsWith(sign));
  const text = lines.map((line) => (has ? line.slice(sign.length) : sign + line)).join("\n");
  put(area, text);
  area.setSelectionRange(lines.length > 1 ? start : start + text.length, start + text.length);
}

function link(area) {
  const text = selected(area);
  const start = area.selectionStart;
  const address = /^https?:\/\/\S+$/.test(text) ? text : "https://";
  const words = address === text ? "" : text;
  put(area, `[${words}](${address})`);
  // What is missing is what will be typed next.
  if (words) area.setSelectionRange(start + words.length + 3, start + words.length + 3 + address.length);
  else area.setSelectionRange(start + 1, start + 1);
}
