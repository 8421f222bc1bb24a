// Stands between a program and RabbitMQ. While the network is cut, nothing passes and nothing says so; what is new is refused.
//
//   node wall.mjs SCENARIO.json    tells its port, and then does what a line says: cut, mend, or forget
import net from "node:net";
import { createInterface } from "node:readline";
import { tell, url } from "./tell.mjs";

const { hostname, port } = new URL(url);
let isCut = false;
const pairs = new Set();
const halves = new Set();
const server = net.createServer((near) => {
  if (isCut) return near.destroy();
  const far = net.connect(port, hostname);
  const pair = [near, far];
  pairs.add(pair);
  const end = () => {
    // A machine without power says no goodbye: RabbitMQ's end stays.
    if (pair.isForgotten) return;
    pairs.delete(pair);
    if (isCut) return halves.add(pair); // the other end does not hear of it
    near.destroy();
    far.destroy();
  };
  for (const [one, other] of [pair, [far, near]]) {
    one.on("data", (bytes) => other.write(bytes));
    one.on("error", end);
    one.on("close", end);
  }
});
server.listen(0, "127.0.0.1", () => tell(String(server.address().port)));

const acts = {
  cut: () => {
    isCut = true;
    for (const sockets of pairs) for (const socket of sockets) socket.pause();
  },
  mend: () => {
    isCut = false;
    // What waited goes on its way, as TCP sends it again.
    for (const sockets of pairs) for (const socket of sockets) socket.resume();
    for (const sockets of halves) for (const socket of sockets) socket.destroy();
  },
  // What is connected now is silent from now on; what connects later is not.
  forget: () => {
    for (const pair of pairs) {
      pair.isForgotten = true;
      for (const socket of pair) {
        socket.pause();
        socket.removeAllListeners("data");
      }
    }
    pairs.clear();
  },
};
createInterface({ input: process.stdin }).on("line", (word) => {
  acts[word]();
  tell("done");
});
