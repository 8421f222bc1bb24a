// Puts the split page in the place of the one that trunk built: scripts/build calls it.
//
//   node scripts/lib/split.mjs WORK NAME DIST
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [work, name, dist] = process.argv.slice(2);
const parts = [`${name}_bg.wasm`, "split_later.wasm", `${name}.js`, "__wasm_split.js"];

const hash = createHash("sha256");
for (const part of parts) hash.update(readFileSync(join(work, part)));
const mark = hash.digest("hex").slice(0, 16);
const named = new Map([
  [`${name}_bg.wasm`, `${name}-${mark}_bg.wasm`],
  ["split_later.wasm", `${name}-${mark}-later.wasm`],
  [`${name}.js`, `${name}-${mark}.js`],
  ["__wasm_split.js", `${name}-${mark}-split.js`],
]);

// What trunk put there has the same beginning, and another mark.
const trunks = readdirSync(dist).filter((file) => file.startsWith(`${name}-`));
const mentioned = trunks.find((file) => file.endsWith(".js"))?.replace(/\.js$/, "");
if (!mentioned) {
  console.error(`${dist} has no ${name}-….js: did trunk build it?`);
  process.exit(1);
}
for (const file of trunks) rmSync(join(dist, file));

for (const [part, file] of named) {
  if (file.endsWith(".wasm")) {
    copyFileSync(join(work, part), join(dist, file));
    continue;
  }
  let text = readFileSync(join(work, part), "utf8");
  // Only what is imported or fetched: the bindings also list the names by which the WebAssembly itself asks.
  for (const [other, renamed] of named) {
    text = text.replaceAll(`from "./${other}"`, `from "./${renamed}"`);
    text = text.replaceAll(`new URL("./${other}"`, `new URL("./${renamed}"`).replaceAll(`new URL('${other}'`, `new URL('${renamed}'`);
  }
  writeFileSync(join(dist, file), text);
}

const page = join(dist, "index.html");
writeFileSync(page, readFileSync(page, "utf8").replaceAll(mentioned, `${name}-${mark}`));
