// Measures the built site with large definitions in headless Chromium: until the report is there, until they are in use, frames while the
// canvas is panned and zoomed, and the preview of a publish while its key is typed.
//
//   node scripts/lib/large.mjs SITE CHROMIUM [EXCHANGES QUEUES BINDINGS]      (250 250 2000)

import { part, pause, visit } from "./browser.mjs";
import { definitions } from "./definitions.mjs";

const [site, chromium, ...counts] = process.argv.slice(2);
const [exchanges, queues, bindings] = counts.length === 3 ? counts.map(Number) : [250, 250, 2000];
const { address, session, run, wait, devtools, end } = await visit(site, chromium);
const show = (values) => `${values.length} frames, median ${part(values, 0.5).toFixed(1)} ms, p95 ${part(values, 0.95).toFixed(1)} ms, longest ${Math.max(...values).toFixed(1)} ms`;

async function timed(what, begin, is_there, ...parameters) {
  const took = await wait(
    `const done = arguments[arguments.length - 1];
    const is_there = () => { ${is_there} };
    requestAnimationFrame(() => setTimeout(() => {
      const begun = performance.now();
      (function () { ${begin} }).apply(null, arguments);
      const look = () => (is_there() ? requestAnimationFrame(() => done(performance.now() - begun)) : performance.now() - begun > 60000 ? done(null) : requestAnimationFrame(look));
      look();
    }));`,
    ...parameters,
  );
  console.log(`${what}: ${took === null ? "not within a minute" : `${took.toFixed(0)} ms`}`);
}

/** Each frame of what the wheel does: how long after the one before it came, and how long its work took. */
async function wheeled(what, options) {
  const { gaps, works } = await wait(
    `const [options, done] = arguments;
    const gaps = [], works = [];
    const drawing = document.querySelector(".drawing");
    let last = null, step = 0;
    const next = (now) => {
      if (last !== null) gaps.push(now - last);
      last = now;
      if (step++ === 120) return done({ gaps, works });
      const begun = performance.now();
      const turn = step % 60 < 30 ? 1 : -1;
      drawing.dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, clientX: 700, clientY: 400, deltaX: turn * options.x, deltaY: turn * options.y, ctrlKey: options.zooms }));
      const channel = new MessageChannel();
      channel.port1.onmessage = () => works.push(performance.now() - begun);
      requestAnimationFrame(() => channel.port2.postMessage(0));
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);`,
    options,
  );
  console.log(`${what}: ${show(gaps)} (p95 at most 33); their work: median ${part(works, 0.5).toFixed(1)} ms, p95 ${part(works, 0.95).toFixed(1)} ms`);
}

try {
  await session("POST", "/timeouts", { script: 120000 });
  await devtools("Emulation.setDeviceMetricsOverride", { width: 1440, height: 900, deviceScaleFactor: 1, mobile: false });
  await session("POST", "/url", { url: `${address}teachers.html` });
  await run("localStorage.clear(); localStorage.setItem('requeue.2.welcomed', '------')");
  await session("POST", "/url", { url: address });
  while (!(await run("return !!document.querySelector('.node')"))) await pause(20);
  await pause(2000);
  console.log(`${exchanges} exchanges, ${queues} queues, ${bindings} bindings`);
  await timed(
    "until the report is there",
    `const data = new DataTransfer(); data.items.add(new File([arguments[0]], "definitions.json"));
    const field = document.querySelector("#open-file"); field.files = data.files; field.dispatchEvent(new Event("change", { bubbles: true }));`,
    "return !!document.querySelector('#use-import')",
    JSON.stringify(definitions(exchanges, queues, bindings)),
  );
  await timed("until they are in use", "document.querySelector('#use-import').click()", "return !document.querySelector('#use-import')");
  await pause(1500);
  await wheeled("panning, all in view", { x: 40, y: 25, zooms: false });
  await wheeled("zooming", { x: 0, y: 12, zooms: true });
  // Close enough to read the cards.
  for (let step = 0; step < 12; step++) await run("document.querySelector('.drawing').dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: 700, clientY: 400, deltaY: -40, ctrlKey: true }))");
  await pause(500);
  await wheeled("panning, close", { x: 40, y: 25, zooms: false });
  await run("document.querySelector('#rail-publish').click()");
  while (!(await run("return !!document.querySelector('#composer-key')"))) await pause(50);
  await run("const list = document.querySelector('#composer-exchange'); list.value = [...list.options].find((one) => one.text.includes('x1')).value; list.dispatchEvent(new Event('change', { bubbles: true }))");
  await pause(500);
  const works = [];
  for (let step = 0; step < 40; step++) {
    works.push(
      await wait(
        `const [key, done] = arguments;
        requestAnimationFrame(() => {
          const field = document.querySelector("#composer-key");
          const begun = performance.now();
          field.value = key; field.dispatchEvent(new InputEvent("input", { bubbles: true }));
          const channel = new MessageChannel();
          channel.port1.onmessage = () => done(performance.now() - begun);
          setTimeout(() => channel.port2.postMessage(0));
        });`,
        `k${step * 50 + 1}.x${step}`,
      ),
    );
  }
  console.log(`a key typed, until its preview is drawn: median ${part(works, 0.5).toFixed(1)} ms, p95 ${part(works, 0.95).toFixed(1)} ms (under 16)`);
} finally {
  await end();
}
