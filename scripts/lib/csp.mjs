// Puts into a built page what is known after the build: the content security policy, with the hash of the script that begins the
// download, and how many bytes the bar waits for.
// A <meta> element, because a static host may not let us set headers.
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const file = process.argv[2];
let page = readFileSync(file, "utf8");

const inline = [...page.matchAll(/<script\b(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)];
if (inline.length === 0) {
  console.error(`${file} has no inline script: what starts the page?`);
  process.exit(1);
}
const hashes = inline.map(([, code]) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`);

const policy = [
  "default-src 'none'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self'",
  "font-src 'self'",
  `script-src 'self' ${hashes.join(" ")} 'wasm-unsafe-eval'`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

page = page.replace(/\n?\s*<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
page = page.replace(/<meta charset="utf-8"\s*\/?>/, (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`);
if (!page.includes("Content-Security-Policy")) {
  console.error(`${file} has no <meta charset="utf-8"> to put the policy behind`);
  process.exit(1);
}

const wasm = page.match(/fetch\("([^"]+\.wasm)"\)/)?.[1];
if (!wasm || !page.includes('data-bytes="')) {
  console.error(`${file} has no script that fetches the WebAssembly, or no bar`);
  process.exit(1);
}
page = page.replace(/data-bytes="\d*"/, `data-bytes="${statSync(join(dirname(file), wasm)).size}"`);
writeFileSync(file, page);
