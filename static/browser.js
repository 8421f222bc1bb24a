// What the browser has that is easier said in its own language: links that hold a document, pictures of the canvas, the clipboard,
// files. The page calls it by name; see src/ui/browser.rs.
"use strict";

const LINK_MAX = 16384;
const TEXT_MAX = 262144;

async function all(stream) {
  const parts = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > TEXT_MAX) {
      await reader.cancel();
      throw new Error("what it holds is larger than 256 KiB");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** A document as a part of a link. */
async function pack(text) {
  const bytes = await all(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What a part of a link holds. */
async function unpack(packed) {
  if (packed.length > LINK_MAX) throw new Error("it is longer than 16 KiB");
  if (!/^[\w-]+$/.test(packed)) throw new Error("it has letters that no link has");
  let bytes;
  try {
    bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Error("it is damaged, or cut off");
  }
  try {
    const text = await all(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch (error) {
    throw error.message.includes("KiB") ? error : new Error("it is damaged, or cut off");
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The drawing with its colours and what moves, as a picture that stands alone. */
async function picture(kind, name, tokens) {
  const drawing = document.querySelector(".drawing");
  if (!drawing) return;
  const copy = drawing.cloneNode(true);
  for (const part of copy.querySelectorAll(".power, .port, .pending")) part.remove();
  const box = drawing.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  let rules = "";
  for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) rules += rule.cssText + "\n";
  style.textContent = rules;
  copy.prepend(style);
  const scheme = getComputedStyle(document.documentElement).getPropertyValue("--canvas");
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of [["width", "100%"], ["height", "100%"], ["fill", scheme]]) back.setAttribute(key, value);
  style.after(back);
  const theme = document.documentElement.getAttribute("data-theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  copy.setAttribute("data-theme", theme);
  let text = new XMLSerializer().serializeToString(copy);
  text = text.replace(/<\/svg>$/, () => tokens + "</svg>");
  if (kind === "svg") return save(new Blob([text], { type: "image/svg+xml" }), name + ".svg");
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = box.width * 2;
  canvas.height = box.height * 2;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && save(blob, name + ".png"));
}

/** The page's own type. The machine's own serves until the system is seen, and where these cannot be had. */
function fonts() {
  for (const [family, file, weight] of [["Inter", "inter", "100 900"], ["JetBrains Mono", "jetbrains-mono", "100 800"]]) {
    const face = new FontFace(family, `url(fonts/${file}.woff2)`, { weight });
    document.fonts.add(face);
    // Names have more room then: all is drawn again.
    const here = () => family === "Inter" && (document.documentElement.dataset.type = "own", dispatchEvent(new Event("resize")));
    face.load().then(here, () => document.fonts.delete(face));
  }
}

/** Text for other programs; what could not be copied there is kept for this page. */
let kept = "";
async function copy(text) {
  // Where that is not allowed, it can still be pasted in this page.
  kept = text;
  await navigator.clipboard.writeText(text);
}

/** What was copied here, where the browser's own paste brings nothing. */
function copied() {
  return kept;
}

/** The click that ends a drag comes at once, or not at all. */
function swallow() {
  const stop = (event) => event.stopPropagation();
  addEventListener("click", stop, { capture: true });
  setTimeout(() => removeEventListener("click", stop, { capture: true }), 0);
}

/** What other programs copied; a browser that keeps it to itself has what was copied here. */
async function pasted() {
  const text = await navigator.clipboard?.readText().catch(() => "");
  return text || copied();
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the server answered ${answer.status} ${answer.statusText}`);
  return answer.text();
}

/** Tells the page that embeds this one what happened here. */
function tell(what, text) {
  if (parent === window) return;
  // A result has the student's name: only the site that opened the frame gets it. A site that hides its address gets nothing.
  const site = document.referrer ? new URL(document.referrer).origin : location.origin;
  // The text stays beside the data: a seed may be a larger number than JavaScript can hold.
  parent.postMessage({ requeue: what, ...(text && { data: JSON.parse(text), text }) }, site);
}

/** The areas of the page, in the order of the Tab key. */
const AREAS = "header.top, .asks, .rail, .drawer.left, #stage, .notices, .card, .drawer.right, .shelf, .bar";

const CONTROLS = "button, a[href], input, select, textarea, summary, [role='button'], [tabindex='0']";

/** Whether an element can have the keyboard, and be seen to have it. */
const holds = (one) => one?.isConnected && !one.matches(":disabled") && one.checkVisibility();

const controls = (area) => [...area.querySelectorAll(CONTROLS)].filter((one) => one.tabIndex >= 0 && holds(one));

/** The part or the line of the canvas that Tab leads to. */
const stop = () => document.querySelector("#stage :is(.node, .wire)[tabindex='0']");

/** What gets the keyboard in an area: its heading, the canvas's one stop, or the first control. An empty canvas has it itself. */
function first(area) {
  const heading = area.querySelector("[id$='-title'][tabindex='-1']");
  return area.id === "stage" ? stop() ?? controls(area)[0] ?? area : heading ?? controls(area)[0];
}

/** What has the keyboard, in which area, and as which of its controls. A pointer may take it away for good. */
let last = null;
/** What had the keyboard before it came to an area: there it returns when the area closes. */
const before = new WeakMap();
addEventListener("focusin", ({ target }) => {
  const area = target.closest(`dialog, ${AREAS}`) ?? target.closest("section, nav, .house");
  if (!area) return;
  if (area !== last?.area) before.set(area, last);
  last = { area, target, place: controls(area).indexOf(target) };
});
addEventListener("pointerdown", () => (last = null), { capture: true });
/** The canvas that was pressed has the keyboard, and no ring: its parts have one. */
let pressed = false;
addEventListener("pointerdown", () => (pressed = true), { capture: true });
addEventListener("keydown", () => (pressed = false), { capture: true });
addEventListener("focusin", ({ target }) => target.id === "stage" && target.toggleAttribute("data-pressed", pressed));
// The press focuses what is pressed, and the click leaves it again; a field keeps it.
const leaves = ({ detail, target }) => detail > 0 && last?.target.contains(target) && !target.matches("input, select, textarea");
addEventListener("click", (event) => leaves(event) && (last = null), { capture: true });

/** Where the keyboard continues when its element was removed: at the one that is there now, or before it. */
function goesOn({ area, target, place }) {
  if (holds(target)) return target;
  if (holds(area)) {
    const left = controls(area);
    const next = (area.id === "stage" && stop()) || left[Math.min(place, left.length - 1)] || first(area);
    if (next) return next;
  }
  const came = before.get(area);
  before.delete(area);
  return came && goesOn(came);
}

let settled = false;

/** A step that is solved has another button beside the one that was pressed: the keyboard goes on there. */
function goOn() {
  const next = document.querySelector("#step-on, #next-lesson");
  if (next && !settled && ["check", "prove"].includes(document.activeElement.id)) next.focus();
  settled = !!next;
}

/**
 * What had the keyboard may be gone after a change. It is never left on the page as a whole, and on the canvas it is on its one stop.
 * Not at once: a field that is left reports its change while the keyboard moves. Some engines have it on the page then.
 */
function keepFocus() {
  goOn();
  const was = document.activeElement;
  setTimeout(() => {
    const here = document.activeElement;
    // A press on the canvas may have come meanwhile: the page makes what it gave the keyboard to the one stop, and may need a moment.
    const strays = here === was && here.matches(".node, .wire") && here.tabIndex < 0;
    if (!last || (here !== document.body && !strays && holds(here))) return;
    const next = (strays && stop()) || goesOn(last) || first(document.querySelector("#stage"));
    given = { to: next, at: performance.now() };
    next.focus();
  });
}

/** What got the keyboard because the pressed control is gone. The same key, pressed twice at once or held, was not meant for it. */
let given = null;
let isHeld = false;
addEventListener("keydown", ({ key, repeat }) => {
  isHeld = repeat;
  if (key !== "Enter" && key !== " ") given = null;
}, { capture: true });
addEventListener("click", (event) => {
  if (event.detail || event.target !== given?.to || performance.now() - given.at > 300) return;
  // Who goes on pressing means it.
  if (isHeld) given.at = performance.now();
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

/** F6 goes from area to area, and with Shift back. */
addEventListener("keydown", (event) => {
  if (event.key !== "F6" || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const stops = [...document.querySelectorAll(AREAS)].map((one) => [one, first(one)]).filter(([, stop]) => stop);
  const here = stops.findLastIndex(([one]) => one.contains(document.activeElement));
  const next = event.shiftKey ? (here < 0 ? -1 : here - 1) : here + 1;
  stops.at(next % stops.length)[1].focus();
});

/** A line and its buttons are one stop of the keyboard. The arrows lead from one to the other. */
addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const row = event.target.closest?.("[data-row]");
  if (!step || !row || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const all = [...row.querySelectorAll(":scope > button, :scope > .at-hand > button, :scope > details > summary")].filter(holds);
  const next = all[all.indexOf(event.target) + step];
  if (!all.includes(event.target) || !next) return;
  event.preventDefault();
  next.focus();
});

/** F1 explains the field that has the keyboard: its "?" is no stop, or every field would have two. */
addEventListener("keydown", (event) => {
  if (event.key !== "F1") return;
  let around = document.activeElement;
  while (around && !around.querySelector?.("details.help")) around = around.matches?.(".drawer, .shelf, dialog, #stage, body") ? null : around.parentElement;
  const help = around?.querySelector("details.help");
  if (!help) return;
  event.preventDefault();
  help.open = !help.open;
  help.scrollIntoView({ block: "nearest" });
});

/** What opens in a column is scrolled into view. */
function reveal(id) {
  document.getElementById(id)?.scrollIntoView({ block: "nearest" });
}

/** The rows of a story that are in sight, and where they stood. */
let held = null;

/** While time runs, rows come and what stands above them grows. What is being read stays where it is. */
function hold() {
  const list = document.querySelector("#biography .story");
  const head = document.querySelector("#life-head");
  const body = list?.closest(".drawer-body");
  if (!body || !head) return (held = null);
  // What was there once keeps its room; what the reader folds does not.
  if (!head.querySelector("details[open]")) head.style.minHeight = `${Math.max(parseFloat(head.style.minHeight) || 0, head.scrollHeight)}px`;
  const { top, bottom } = body.getBoundingClientRect();
  const rows = [...list.children];
  // Who has scrolled meanwhile reads something else.
  if (held?.head === head && held.scroll === body.scrollTop) {
    const row = rows.find((row) => held.rows.has(row.dataset.entry));
    if (row) body.scrollTop += row.getBoundingClientRect().top - top - held.rows.get(row.dataset.entry);
  }
  held = { head, scroll: body.scrollTop, rows: new Map() };
  for (const row of rows) {
    const place = row.getBoundingClientRect();
    if (place.bottom > top && place.top < bottom) held.rows.set(row.dataset.entry, place.top - top);
  }
}

addEventListener("click", ({ target }) => {
  const folded = target.closest?.("summary")?.parentElement;
  if (folded) requestAnimationFrame(() => folded.open && folded.scrollIntoView({ block: "nearest" }));
});

globalThis.requeue = { hold, keepFocus, reveal, tell, pack, unpack, picture, copy, copied, pasted, swallow, fetched, fonts, read: (file) => file.text(), save: (text, name) => save(new Blob([text], { type: "application/json" }), name) };
