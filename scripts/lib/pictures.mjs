// Takes a picture of every screen of the built site, in headless Chromium: WebP, at most 120 KB each, and the picture for links.
//
//   node scripts/lib/pictures.mjs SITE CHROMIUM FOLDER OG [NAME...]     all of them, or those named
//
// They are compared by eye: numbers and places of messages differ from run to run.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pause, visit } from "./browser.mjs";

const [site, chromium, folder, og, ...only] = process.argv.slice(2);
const BYTES_MAX = 120_000;
const { address, session, run, devtools, end } = await visit(site, chromium);

const has = (css) => run("return !!document.querySelector(arguments[0])", css);
async function until(what, script, ...parameters) {
  for (let tries = 0; tries < 600; tries++) {
    if (await run(script, ...parameters)) return;
    await pause(50);
  }
  throw new Error(`In vain waited for ${what}.`);
}
const seen = (css) => until(css, "return !!document.querySelector(arguments[0])", css);
async function click(css) {
  await seen(css);
  await run("const e = document.querySelector(arguments[0]); e.scrollIntoView({ block: 'nearest' }); e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }))", css);
  await pause(250);
}
const clock = (time) => until(time, "return document.querySelector('#clock').textContent >= arguments[0]", time);
const speed = (code) => run("const s = document.querySelector('#speed'); s.value = arguments[0]; s.dispatchEvent(new Event('change', { bubbles: true }))", code);
async function scrub(millis) {
  await run("const s = document.querySelector('#scrubber'); s.value = arguments[0]; s.dispatchEvent(new InputEvent('input', { bubbles: true }))", String(millis));
  await pause(400);
}
const node = (name) => `.node[aria-label*='${name} ']`;

/** A page of a visitor who has been here, at a size, in a theme. */
async function open({ width = 1440, height = 900, theme = "light", scale = 1, first = false, hash = "" }) {
  await devtools("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: false });
  await devtools("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }] });
  await session("POST", "/url", { url: `${address}teachers.html` });
  await run("localStorage.clear(); if (!arguments[0]) localStorage.setItem('requeue.2.welcomed', '------')", first);
  await session("POST", "/url", { url: address + hash });
  await seen(".node");
  await until("the page's type", "return document.fonts.size > 0 && document.fonts.status === 'loaded'");
}

/** Time passes quickly up to a moment, then it stands still. */
async function played(time, stays = false) {
  await speed("5000");
  await click("#play");
  await clock(time);
  await speed("1000");
  if (!stays) await click("#play");
}

async function take(name) {
  await pause(600);
  for (const quality of [90, 75, 60, 45]) {
    const { data } = await devtools("Page.captureScreenshot", { format: "webp", quality });
    const picture = Buffer.from(data, "base64");
    if (picture.length > BYTES_MAX) continue;
    writeFileSync(join(folder, `${name}.webp`), picture);
    return console.log(`${name}: ${picture.length} bytes`);
  }
  throw new Error(`${name} does not fit into ${BYTES_MAX} bytes.`);
}

/** Each screen by its name in the design. */
const screens = {
  async "first-light"(theme = "light") {
    await open({ first: true, theme });
    await clock("00:10");
  },
  "first-dark": () => screens["first-light"]("dark"),
  async "killed-light"() {
    await open({ first: true });
    await click("#just-play");
    await speed("5000");
    await until("unacked messages", "return document.querySelector(\"[data-queue-card='notification-queue'] [data-count='unacked']\").textContent === '10'");
    await speed("1000");
    await click("[data-power='notification-service']");
    // The first of what comes back has landed, and the others are on their ways.
    await until("a message comes back", "return Number(document.querySelector(\"[data-queue-card='notification-queue'] [data-count='ready']\")?.textContent) >= 2");
  },
  async "lesson-light"(theme = "light") {
    await open({ hash: "#lesson=topic.md", theme });
    await seen("#lesson");
    // The first step that is proved, checked before it is solved: some goals are not met, and one of them is shown on the canvas.
    const steps = await run("return [...document.querySelectorAll('[data-step]')].map((step) => step.dataset.step)");
    for (const step of steps) {
      await click(`[data-step='${step}']`);
      if (await has("#prove")) break;
    }
    await click("#prove");
    await seen("[data-failure]");
    await click("[data-failure]");
    await pause(1500);
  },
  async "lesson-done-light"() {
    await open({ hash: "#lesson=topic-or-fanout.md" });
    await seen("#lesson");
    const steps = await run("return [...document.querySelectorAll('[data-step]')].map((step) => step.dataset.step)");
    for (const step of steps) {
      await click(`[data-step='${step}']`);
      if (await has("#check")) {
        await click("[data-answer]");
        await click("#check");
      }
      if (await has("#prove")) {
        await click("#solution");
        while (await has("#edit-on:not(:disabled)")) await click("#edit-on");
        await click("#prove");
        await seen("#verdict");
      }
      if (await has("#explanation")) {
        await run("const t = document.querySelector('#explanation'); t.value = 'Each consumer binds what it wants.'; t.dispatchEvent(new InputEvent('input', { bubbles: true }))");
        await pause(250);
        await click("#compare-model");
        await click("#checklist input");
      }
    }
    await seen("#ending");
  },
  "lesson-dark": () => screens["lesson-light"]("dark"),
  async "message-light"() {
    await open({});
    await speed("20000");
    await click("#play");
    await until("a dead letter", "return +document.querySelector(\"[data-queue-card='notification-queue.dead'] [data-count='ready']\").textContent > 0");
    await click("#play");
    await click(node("notification-queue.dead"));
    if (await has("#tab-messages")) await click("#tab-messages");
    await click("#inspector .messages .link");
  },
  async "queue-light"() {
    await open({});
    await played("00:12");
    await click(node("notification-queue"));
    await click("#tab-arguments");
    // A longest length is asked for while messages wait: the offer says what each way costs.
    await run(`const field = document.querySelector("[id$='x-max-length']");
      field.focus(); field.value = "20"; field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true })); field.blur();`);
    await seen("#by-policy");
    await run("document.querySelector('#by-policy').scrollIntoView({ block: 'center' })");
  },
  async "service-light"() {
    await open({});
    await played("00:12");
    await click(node("order-service"));
    await seen(".recipe");
    // The step that publishes is held above the one that saves.
    await run(`const [from, to] = ["Publish", "Save"].map((begin) => [...document.querySelectorAll(".recipe-step")].find((step) => step.querySelector(".does").textContent.startsWith(begin)));
      const handle = from.querySelector(".handle"), box = handle.getBoundingClientRect();
      handle.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, buttons: 1, clientX: box.left + 5, clientY: to.getBoundingClientRect().top + 4 }));`);
  },
  async "publish-light"() {
    await open({});
    await played("00:12");
    await click("#rail-publish");
    // A key that one binding takes and another does not.
    await run(`const key = document.querySelector("#composer-key");
      key.focus(); key.value = "order.shipped"; key.dispatchEvent(new InputEvent("input", { bubbles: true })); key.dispatchEvent(new Event("change", { bubbles: true }));`);
  },
  async "build-light"() {
    await open({});
    await played("00:12");
    await click("#rail-build");
    // A binding is being drawn: its valid ends are ringed.
    await run(`const from = document.querySelector(arguments[0]);
      from.focus(); from.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true, cancelable: true }));`, node("platform-events"));
  },
  async "course-light"(theme = "light") {
    await open({ theme });
    await click("#lessons");
    await seen(".course");
  },
  "course-dark": () => screens["course-light"]("dark"),
  async "compare-light"() {
    await open({});
    await played("00:20");
    await scrub(10_000);
    await click("[data-power='notification-service']");
    await played("00:20");
    await click("#compare");
    await seen("#comparison");
  },
  async "events-light"() {
    await open({});
    await played("00:20");
    await click("#shelf-events");
    await seen("#log");
  },
  async "phone-light"(theme = "light") {
    await open({ width: 390, height: 844, scale: 2, theme, hash: "#lesson=topic.md" });
    await seen("#lesson");
    await pause(500);
  },
  "phone-dark": () => screens["phone-light"]("dark"),
  async "phone-play-light"() {
    await open({ width: 390, height: 844, scale: 2 });
    await click("#play");
    await clock("00:06");
    await click("#play");
    await click("#rail-publish");
  },
};

try {
  mkdirSync(folder, { recursive: true });
  for (const [name, show] of Object.entries(screens)) {
    if (only.length > 0 && !only.includes(name)) continue;
    await show();
    await take(name);
  }
  if (only.length === 0 || only.includes("og")) {
    await open({ width: 960, height: 504 });
    await played("00:12");
    await pause(400);
    const { data } = await devtools("Page.captureScreenshot", { format: "png" });
    const picture = Buffer.from(data, "base64");
    if (picture.length > BYTES_MAX) throw new Error(`The picture for links has ${picture.length} bytes: at most ${BYTES_MAX}.`);
    writeFileSync(og, picture);
    console.log(`picture for links: ${picture.length} bytes`);
  }
} finally {
  await end();
}
