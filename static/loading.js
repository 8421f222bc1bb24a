// What the page shows until Requeue itself is there: how much of it has come, and what is wrong when it cannot come.
// The download has begun already: Trunk.toml has the script that does.
"use strict";

const progress = document.querySelector("#loading-progress");

function say(title, advice) {
  document.querySelector("#loading-title").textContent = title;
  document.querySelector("#loading-advice").textContent = advice;
  progress.hidden = true;
}

/** So many bytes come, unpacked. A server that packs them says how many it sends: then only the build knows. */
function bytes(answer) {
  const sent = answer.headers.has("content-encoding") ? 0 : answer.headers.get("content-length");
  return Number(progress.dataset.bytes) || Number(sent);
}

/** Something of Requeue that did not come. */
class Missing extends Error {}

/** The network failed. */
const lost = (name) => new Missing(`${name} did not come. Check the connection, then load the page again.`);

/** The server has something else than the file. */
const refused = (name, answer) =>
  new Missing(`The server did not send ${name}: ${answer.status} ${answer.statusText}. Load the page again.`);

/** Why a script is not there. None: it came, and this browser does not run it. */
async function whyNot(address) {
  const name = new URL(address, location).pathname.split("/").pop();
  const answer = await fetch(address).catch(() => lost(name));
  if (answer instanceof Missing) return answer;
  return answer.ok ? null : refused(name, answer);
}

/** The same answer, and the bar follows it. */
function followed(answer) {
  if (!answer.ok) throw refused(loading.names[0], answer);
  const total = bytes(answer);
  let come = 0;
  const count = new TransformStream({
    transform(piece, controller) {
      come += piece.byteLength;
      // Without a total the bar only says that something comes.
      if (total > 0) progress.value = Math.min(come / total, 1);
      controller.enqueue(piece);
    },
  });
  return new Response(answer.body.pipeThrough(count), { headers: { "content-type": "application/wasm" } });
}

async function load() {
  if (typeof WebAssembly !== "object") {
    return say("This browser cannot run Requeue.", "Requeue needs WebAssembly. Use a current Firefox, Chrome, Edge or Safari.");
  }
  const [program, script] = loading.names;
  try {
    const { default: init } = await loading.bindings.catch(async (error) => {
      throw (await whyNot(new URL(script, document.baseURI))) ?? error;
    });
    // Its own script has run before this one, or never will.
    const own = document.querySelector("script[src*=browser]");
    if (!globalThis.requeue && own) throw (await whyNot(own.src)) ?? new Error(`${own.src} does not run`);
    const answer = await loading.wasm.catch(() => {
      throw lost(program);
    });
    await init({ module_or_path: followed(answer) });
  } catch (error) {
    // After its first picture Requeue itself says what is wrong.
    if (progress.isConnected) {
      // What came and does not run is too new for this browser, or cut off on its way.
      const why = error instanceof Missing ? error.message : `It came, and did not start: ${error.message}. Load the page again.`;
      say("Requeue could not be loaded.", why);
    }
    console.error(error);
  }
}

load();
