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

/** The same answer, and the bar follows it. */
function followed(answer) {
  if (!answer.ok) throw new Error(`The server answered ${answer.status} ${answer.statusText}.`);
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
  try {
    const { default: init } = await loading.bindings;
    await init({ module_or_path: loading.wasm.then(followed) });
  } catch (error) {
    // After its first picture Requeue itself says what is wrong.
    if (progress.isConnected) say("Requeue could not be loaded.", "Check the connection, then load the page again.");
    console.error(error);
  }
}

load();
