// Measures the built site in headless Chromium, with 60 nodes and some 10,000 messages in flight: frames while it plays, what the
// world and the painting take of them, and how long a pointer waits for its paint while a node is dragged.
//
//   node scripts/lib/page.mjs [--numbers] SITE CHROMIUM
//
// --numbers: one measurement a line, its name and its milliseconds, for comparing two sites.

import { part, pause, visit } from "./browser.mjs";

const given = process.argv.slice(2);
const numbers = given[0] === "--numbers";
const [site, chromium] = numbers ? given.slice(1) : given;
const { address, session, run, devtools, end } = await visit(site, chromium);

/** Fifteen chains of program, exchange, queue and program, on links that take three seconds: 1,154 messages a second. */
function load() {
  const scenario = { requeue: 1, title: "Load", about: "Much at once.", seed: 1, network: { latency_ms: 3000 }, broker: { exchanges: [], queues: [], bindings: [] }, services: [] };
  for (let row = 0; row < 15; row++) {
    const y = 100 + row * 110;
    const [exchange, queue] = [`exchange-${row}`, `queue-${row}`];
    scenario.broker.exchanges.push({ name: exchange, type: "topic", at: [500, y] });
    scenario.broker.queues.push({ name: queue, at: [800, y] });
    scenario.broker.bindings.push({ source: exchange, queue, routing_key: "#" });
    const publish = { do: "publish", exchange, routing_key: `key-${row % 6}.placed`, payload: { n: 1 } };
    scenario.services.push({ name: `publisher-${row}`, at: [150, y], handlers: [{ on: { every_ms: 13 }, steps: [publish] }] });
    scenario.services.push({ name: `consumer-${row}`, at: [1150, y], concurrency: 1000, handlers: [{ on: { queue, prefetch: 0 }, steps: [{ do: "work", ms: 5 }] }] });
  }
  return JSON.stringify(scenario);
}

const tell = (name, values, sentence) => {
  if (!numbers) return console.log(sentence);
  const measured = values.length > 1 ? [["median", part(values, 0.5)], ["p95", part(values, 0.95)]] : [["", values[0]]];
  for (const [which, value] of measured) console.log(`${name}${which && `-${which}`} ${value}`);
};
const show = (values) => `median ${part(values, 0.5).toFixed(1)} ms, p95 ${part(values, 0.95).toFixed(1)} ms`;

try {
  // Around each frame: when it was due, and how long its work took, which ends when the page's own scheduler has run.
  await devtools("Page.addScriptToEvaluateOnNewDocument", {
    source: `
      window.frames_ = []; window.pointers = []; window.waits = []; window.painting = 0;
      addEventListener("pointermove", (event) => pointers.push(event.timeStamp), true);
      const request = requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (callback) => request((due) => {
        const begun = performance.now(); const moved = pointers.splice(0); callback(due);
        const channel = new MessageChannel();
        channel.port1.onmessage = () => { const now = performance.now(); frames_.push([due, now - begun]); for (const at of moved) waits.push(now - at); };
        channel.port2.postMessage(0);
      });`,
  });
  const begun = performance.now();
  await session("POST", "/url", { url: address });
  while (!(await run("return !!document.querySelector('.node')"))) await pause(5);
  const paint = await run("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null");
  const visible = performance.now() - begun;
  tell("visible", [visible], `the chapter's system is there ${visible.toFixed(0)} ms after navigation, cold cache (at most 1000); first paint after ${paint?.toFixed(0)} ms`);

  await run(
    "const data = new DataTransfer(); data.items.add(new File([arguments[0]], 'load.json')); const field = document.querySelector('#open-file'); field.files = data.files; field.dispatchEvent(new Event('change', { bubbles: true }));",
    load(),
  );
  while ((await run("return document.querySelectorAll('.node').length")) !== 60) await pause(50);
  const speed = (value) => run("const list = document.querySelector('#speed'); list.value = arguments[0]; list.dispatchEvent(new Event('change', { bubbles: true }));", value);
  const play = () => run("document.querySelector('#play').click()");
  await speed("5000");
  await play();
  while ((await run("return document.querySelector('#clock').textContent")) < "00:10") await pause(200);
  await speed("1000");
  await pause(1000);
  await run("frames_.length = 0");
  await pause(10000);
  const frames = await run("return frames_");
  const between = frames.slice(1).map(([due], index) => due - frames[index][0]);
  tell("frame-work", frames.map(([, work]) => work), `playing at 1×, 60 nodes, some 10,000 in flight: ${frames.length} frames in 10 s, ${show(between)} (median under 16.7, p95 under 33); their work: ${show(frames.map(([, work]) => work))}`);

  const [x, y] = await run("const box = document.querySelector('#node-20').getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]");
  const mouse = (type, x, y, buttons) => devtools("Input.dispatchMouseEvent", { type, x, y, buttons, button: buttons ? "left" : "none", clickCount: 1 });
  await mouse("mouseMoved", x, y, 0);
  await mouse("mousePressed", x, y, 1);
  await run("waits.length = 0");
  for (let step = 0; step < 150; step++) await mouse("mouseMoved", x + 5 + (step % 60), y + (step % 40), 1);
  await mouse("mouseReleased", x, y, 0);
  const waits = await run("return waits");
  tell("drag", waits, `dragging a node meanwhile, pointer to paint: ${waits.length} moves, ${show(waits)} (p95 under 50)`);

  // With time standing still a frame is painting alone.
  await play();
  await pause(500);
  await run("frames_.length = 0");
  for (let step = 0; step < 120; step++) {
    await run("document.querySelector('.drawing').dispatchEvent(new WheelEvent('wheel', { deltaY: arguments[0], bubbles: true, cancelable: true, clientX: 700, clientY: 400 }))", step % 2 ? 3 : -3);
  }
  const still = await run("return frames_.map((frame) => frame[1])");
  await run("frames_.length = 0");
  tell("drawing", still, `drawing and painting all of it with time standing still: ${still.length} frames, ${show(still)}`);
} finally {
  await end();
}
