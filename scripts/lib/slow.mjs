// Measures a first visit over 1.6 Mbit/s with 150 ms of latency, on a processor four times slower, in headless Chromium: first paint, and
// when the system is seen, with transfer, compiling and starting apart.
//
//   node scripts/lib/slow.mjs SITE CHROMIUM [ROUNDS]

import { part, pause, visit } from "./browser.mjs";

const [site, chromium, rounds = "3"] = process.argv.slice(2);
const BYTES_A_SECOND = 1_600_000 / 8;

/** Milliseconds after navigation, of one visit with an empty cache. */
async function once() {
  const { address, session, run, devtools, end } = await visit(site, chromium, { packed: true });
  try {
    await devtools("Page.addScriptToEvaluateOnNewDocument", {
      source: `
        window.moments = {};
        const compile = WebAssembly.instantiateStreaming;
        WebAssembly.instantiateStreaming = async (...given) => {
          const made = await compile.apply(WebAssembly, given);
          moments.compiled ??= performance.now();
          return made;
        };
        new MutationObserver(() => {
          if (document.querySelector(".node")) moments.visible ??= performance.now();
        }).observe(document, { subtree: true, childList: true });`,
    });
    await devtools("Network.enable", {});
    await devtools("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: BYTES_A_SECOND, uploadThroughput: BYTES_A_SECOND });
    await devtools("Emulation.setCPUThrottlingRate", { rate: 4 });
    await session("POST", "/url", { url: address });
    const later = "return performance.getEntriesByType('resource').filter((one) => one.name.endsWith('-later.wasm')).map((one) => one.responseEnd)[0] ?? 0";
    for (let tries = 0; tries < 300 && !(await run(later)); tries++) await pause(100);
    return await run(`
      const of = (end) => performance.getEntriesByType("resource").find((one) => one.name.endsWith(end));
      const wasm = of("_bg.wasm");
      return {
        paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
        transfer: wasm.responseEnd, bytes: wasm.encodedBodySize,
        compiled: moments.compiled, visible: moments.visible, later: of("-later.wasm")?.responseEnd,
      };`);
  } finally {
    await end();
  }
}

const visits = [];
for (let round = 0; round < Number(rounds); round++) visits.push(await once());
const median = (of) => part(visits.map(of), 0.5).toFixed(0);
console.log(
  `1.6 Mbit/s, 150 ms, processor four times slower, median of ${rounds}: first paint after ${median((at) => at.paint)} ms (under 1000); ` +
    `the chapter's system after ${median((at) => at.visible)} ms (under 5500): ` +
    `${median((at) => at.transfer)} until the WebAssembly is there (${median((at) => at.bytes)} bytes), ` +
    `${median((at) => at.compiled - at.transfer)} more to compile it, ${median((at) => at.visible - at.compiled)} to start; ` +
    `the second file after ${median((at) => at.later)} ms`,
);
