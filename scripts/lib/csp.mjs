// Puts into a built page what is known after the build: the content security policy, with the hash of the script that begins the
// download, how many bytes the bar waits for, and the picture for links where REQUEUE_SITE_URL says where the site will be.
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
// Open Graph wants absolute addresses. Without one there is no picture: a relative one is shown by nobody.
const site = process.env.REQUEUE_SITE_URL;
if (site) {
  const url = URL.parse(site.endsWith("/") ? site : `${site}/`);
  if (!url || !/^https?:$/.test(url.protocol)) {
    console.error(`REQUEUE_SITE_URL is ${site}: give the whole address of the site, for instance https://example.org/requeue/`);
    process.exit(1);
  }
  const card = '<meta name="twitter:card" content="summary" />';
  if (!page.includes(card)) {
    console.error(`${file} has no ${card} to put the picture in the place of`);
    process.exit(1);
  }
  const tags = [
    ["property", "og:url", url],
    ["property", "og:image", new URL("og.png", url)],
    ["property", "og:image:alt", "Services, exchanges and queues on a canvas, with messages on their way."],
    ["property", "og:image:width", "960"],
    ["property", "og:image:height", "504"],
    ["name", "twitter:card", "summary_large_image"],
  ];
  page = page.replace(card, tags.map(([kind, name, content]) => `<meta ${kind}="${name}" content="${String(content).replaceAll('"', "&quot;")}" />`).join("\n    "));
}
writeFileSync(file, page);
