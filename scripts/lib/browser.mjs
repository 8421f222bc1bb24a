// A site on loopback, and headless Chromium that visits it through ChromeDriver, which must be on the PATH.

import { spawn } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createGzip } from "node:zlib";

const kinds = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json" };
const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run", "--window-size=1440,900"];

export const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
export const part = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

/** What a host packs on its way. */
const packs = new Set([".html", ".js", ".css", ".wasm", ".json", ".svg"]);

/** Serves the site and opens a browser: its address, what can be done with it, and how it all ends. */
export async function visit(site, chromium, { packed = false } = {}) {
  const server = createServer((request, response) => {
    const path = join(site, normalize(new URL(request.url, "http://x").pathname).replace(/^\/$/, "/index.html"));
    if (!existsSync(path)) return response.writeHead(404).end();
    const headers = { "content-type": kinds[extname(path)] ?? "application/octet-stream", "cache-control": "no-store" };
    const packing = packed && packs.has(extname(path));
    response.writeHead(200, packing ? { ...headers, "content-encoding": "gzip" } : headers);
    const file = createReadStream(path);
    (packing ? file.pipe(createGzip({ level: 9 })) : file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = await free();
  const driver = spawn("chromedriver", [`--port=${port}`, "--allowed-ips=127.0.0.1"], { stdio: "ignore" });
  async function call(method, path, body = {}) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: method === "POST" ? JSON.stringify(body) : undefined });
    const { value } = await response.json();
    if (!response.ok) throw new Error(value.message);
    return value;
  }
  for (let tries = 0; tries < 100; tries++) {
    try {
      await call("GET", "/status");
      break;
    } catch {
      await pause(100);
    }
  }
  const { sessionId } = await call("POST", "/session", { capabilities: { alwaysMatch: { "goog:chromeOptions": { args, binary: chromium } } } });
  const session = (method, path, body) => call(method, `/session/${sessionId}${path}`, body);
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    session,
    run: (script, ...parameters) => session("POST", "/execute/sync", { script, args: parameters }),
    wait: (script, ...parameters) => session("POST", "/execute/async", { script, args: parameters }),
    devtools: (cmd, params) => session("POST", "/goog/cdp/execute", { cmd, params }),
    async end() {
      await session("DELETE", "").catch(() => {});
      driver.kill();
      server.close();
    },
  };
}

/** A free port: several benches may run at once. */
async function free() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
