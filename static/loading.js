// What the page shows until Requeue itself is there: how much of it has come, and what is wrong when it cannot come.
// trunk calls this while it fetches the WebAssembly; see index.html.

const say = (title, advice) => {
  document.querySelector("#loading-title").textContent = title;
  document.querySelector("#loading-advice").textContent = advice;
  document.querySelector("#loading-progress").hidden = true;
};

export default function initializer() {
  const progress = document.querySelector("#loading-progress");
  return {
    onStart() {
      if (typeof WebAssembly !== "object") say("This browser cannot run Requeue.", "Requeue needs WebAssembly. Use a current Firefox, Chrome, Edge or Safari.");
    },
    onProgress({ current, total }) {
      if (total > 0 && progress.isConnected) progress.value = current / total;
    },
    onFailure(error) {
      if (typeof WebAssembly === "object") say("Requeue could not be loaded.", "Check the connection, then load the page again.");
      console.error(error);
    },
  };
}
