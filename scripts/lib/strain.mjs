// Measures in headless Chromium what asks too much of the page: 10,000 publishes by hand, and links and files that mean harm. For
// each: first paint, when the page answers (it opened it, says why not, or shows how far it is), and the longest task of the page.
//
//   node scripts/lib/strain.mjs SITE CHROMIUM [ROUNDS]      (3 rounds; medians, and the worst)

import { part, visit } from "./browser.mjs";
import { definitions, many } from "./definitions.mjs";

const [site, chromium, rounds = "3"] = process.argv.slice(2);
const { address, session, run, wait, devtools, end } = await visit(site, chromium);

/** A scenario around parts that mean harm. Its queue tells that it is open. */
const scenario = (parts) => ({
  requeue: 1,
  title: "Harm",
  network: { latency_ms: 1 },
  services: [],
  clients: [],
  ...parts,
  broker: { exchanges: [], bindings: [], ...parts.broker, queues: [{ name: "hostile", at: [0, 0] }, ...(parts.broker?.queues ?? [])] },
});
const client = (arrivals) => ({ name: "crowd", at: [0, 100], calls: { service: "api", endpoint: "x" }, arrivals });
const api = (steps) => ({ name: "api", at: [0, 200], handlers: [{ on: { http: "x" }, steps }] });
const publish = { do: "publish", exchange: "", routing_key: "hostile", payload: { n: 1 } };

/** The suspects' inputs, as links: what the document is, and what stands behind it in the address. */
const LINKS = [
  ["10,000 requests a second, at 3 hours", scenario({ clients: [client({ every_ms: 0.1 })], services: [api([publish])] }), "&t=10800000"],
  ["the same, playing at once", scenario({ clients: [client({ every_ms: 0.1 })], services: [api([publish])] }), "&play&embed&speed=20000"],
  ["handlers that work for an hour, at 3 hours", scenario({ clients: [client({ every_ms: 0.1 })], services: [api([{ do: "work", ms: 3600000 }])] }), "&t=10800000"],
  ["100,000 requests at once, playing", scenario({ clients: [client({ at_once: 100000 })], services: [api([publish])] }), "&play&embed&speed=1000"],
  ["coordinates without end", scenario({ broker: { queues: [{ name: "far", at: [1e308, 0] }, { name: "near", at: [-1e308, 0] }] } }), ""],
  ["250 KiB of spaces", " ".repeat(250000), ""],
  ["300 KB of spaces in 400 letters", " ".repeat(300000), ""],
  ["100,000 brackets", "[".repeat(100000), ""],
];

/** As files: an expression of the page that gives their text. */
const FILES = [
  ["a byte more than 16 MiB", "' '.repeat((16 << 20) + 1)"],
  ["16 MiB of spaces", "' '.repeat(16 << 20)"],
  ["16 MiB of one text", "JSON.stringify({ requeue: 1, title: 'x'.repeat((16 << 20) - 100) })"],
  ["900,000 unknown fields", "JSON.stringify(Object.fromEntries(Array.from({ length: 900000 }, (_, n) => ['f' + n, 0])))"],
  ["8 million values", "'[' + '0,'.repeat(8000000) + '0]'"],
  ["900,000 brackets", "'['.repeat(900000)"],
  ["1,000 faults that are none", JSON.stringify(JSON.stringify(scenario({ faults: many(1000, () => []) })))],
  ["5,000 nodes, 10,000 bindings", JSON.stringify(JSON.stringify(largest()))],
  ["definitions: 500 exchanges and queues, 2,000 bindings", JSON.stringify(JSON.stringify(definitions(250, 250, 2000)))],
  ["definitions: 5,000 exchanges and queues, 10,000 bindings", JSON.stringify(JSON.stringify(definitions(1000, 4000, 10000)))],
  ["a recording of 10,000 inputs", JSON.stringify(JSON.stringify(recording()))],
];

function largest() {
  const exchanges = many(1000, (number) => ({ name: `x${number}`, at: [number * 10, 0], type: "topic" }));
  const queues = many(3899, (number) => ({ name: `q${number}`, at: [number * 10, 100] }));
  const bindings = many(10000, (number) => ({ source: `x${number % 1000}`, queue: `q${number % 3899}`, routing_key: `k${number}.*` }));
  const services = many(100, (number) => ({ name: `s${number}`, at: [number * 10, 200], handlers: [{ on: { queue: `q${number}` }, steps: [{ do: "work", ms: 1 }] }] }));
  return scenario({ broker: { exchanges, queues, bindings }, services });
}

function recording() {
  const document = scenario({ clients: [client({ every_ms: 0.1 })], services: [api([publish])] });
  return { requeue_recording: 1, until_ms: 10800000, seed: 1, scenario: document, inputs: many(10000, (number) => ({ at_ms: number, after_steps: 0, silence: true })) };
}

// The longest task is told by the browser: what takes less than 50 ms is none.
const WATCH = `
  window.tasks_ = [];
  new PerformanceObserver((list) => tasks_.push(...list.getEntries().map((entry) => [entry.startTime, entry.duration]))).observe({ type: "longtask", buffered: true });
  window.answered_ = null;
  const here = (css) => document.querySelector(css);
  window.isAnswered_ = () => !!(here("#unreadable") || here("#working") || here("[data-queue='hostile']") || here(".node[aria-label*='hostile ']") || here(".outline-part"));
  window.look_ = () => { if (answered_ === null) { if (isAnswered_()) answered_ = performance.now(); else requestAnimationFrame(look_); } };
  if (location.hash) requestAnimationFrame(look_);`;

const results = new Map();
function keep(name, measured) {
  for (const [what, value] of Object.entries(measured)) {
    const row = results.get(name) ?? results.set(name, {}).get(name);
    (row[what] ??= []).push(value);
  }
}
const longest = "const tasks = tasks_.filter(([at]) => at >= arguments[0]); return tasks.length ? Math.max(...tasks.map((task) => task[1])) : 0;";
const fresh = async (hash = "") => {
  await session("POST", "/url", { url: "about:blank" });
  await session("POST", "/url", { url: address + hash });
};

async function byHand() {
  await fresh();
  await wait("const done = arguments[0]; const look = () => document.querySelector('.node') ? setTimeout(done, 500) : setTimeout(look, 20); look();");
  await wait("const done = arguments[0]; document.querySelector('#rail-publish')?.click(); requestAnimationFrame(() => setTimeout(done, 200));");
  const measured = await wait(`
    const done = arguments[0];
    const count = document.querySelector('#composer-count');
    count.value = '10000'; count.dispatchEvent(new InputEvent('input', { bubbles: true }));
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const begun = performance.now();
      let last = begun, gap = 0;
      document.querySelector('#publish').click();
      const look = () => {
        const now = performance.now();
        gap = Math.max(gap, now - last);
        last = now;
        const text = document.querySelector('#composer-result').textContent;
        if (!text || document.querySelector('#working')) return requestAnimationFrame(look);
        const took = now - begun;
        setTimeout(() => done({ took, gap, text, begun }), 1000);
      };
      requestAnimationFrame(look);
    }));`);
  keep("10,000 publishes by hand", { took: measured.took, "longest task": await run(longest, measured.begun - 1), "between frames": measured.gap });
  return measured.text;
}

async function link([name, document, options]) {
  await fresh();
  const text = typeof document === "string" ? document : JSON.stringify(document);
  // Packed here as a stranger would: the page's own function refuses what is too large.
  const packed = await wait(
    `const [text, done] = arguments;
    new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer().then((bytes) => {
      let letters = ''; for (const byte of new Uint8Array(bytes)) letters += String.fromCharCode(byte);
      done(btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
    });`,
    text,
  );
  await fresh(`#1=${packed}${options}`);
  const measured = await wait(`
    const done = arguments[0];
    const begun = performance.now();
    const look = () => answered_ !== null || performance.now() - begun > 60000
      ? setTimeout(() => done({ paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null, answered: answered_ }), 3000)
      : setTimeout(look, 20);
    look();`);
  keep(`link: ${name}`, { "first paint": measured.paint, answered: measured.answered, "longest task": await run(longest, 0) });
}

async function file([name, expression]) {
  await fresh();
  await wait("const done = arguments[0]; const look = () => document.querySelector('.node') ? setTimeout(done, 500) : setTimeout(look, 20); look();");
  const measured = await wait(`
    const done = arguments[0];
    const data = new DataTransfer();
    data.items.add(new File([${expression}], 'harm.json'));
    requestAnimationFrame(() => setTimeout(() => {
      const begun = performance.now();
      const field = document.querySelector('#open-file');
      field.files = data.files;
      field.dispatchEvent(new Event('change', { bubbles: true }));
      requestAnimationFrame(look_);
      const look = () => answered_ !== null || performance.now() - begun > 60000
        ? setTimeout(() => done({ answered: answered_ === null ? null : answered_ - begun, begun }), 3000)
        : setTimeout(look, 20);
      look();
    }));`);
  keep(`file: ${name}`, { answered: measured.answered, "longest task": await run(longest, measured.begun - 1) });
}

try {
  await devtools("Page.addScriptToEvaluateOnNewDocument", { source: WATCH });
  await session("POST", "/timeouts", { script: 120000 });
  for (let round = 0; round < Number(rounds); round++) {
    const said = await byHand();
    if (round === 0) console.log(`by hand, the page says: ${said}`);
    for (const one of LINKS) await link(one);
    for (const one of FILES) await file(one);
  }
  const show = (value) => (value === null || Number.isNaN(value) ? "never" : `${value.toFixed(0)} ms`);
  for (const [name, row] of results) {
    const parts = Object.entries(row).map(([what, values]) => `${what} ${show(part(values, 0.5))} (worst ${show(values.includes(null) ? null : Math.max(...values))})`);
    console.log(`${name}: ${parts.join(", ")}`);
  }
} finally {
  await end();
}
