// Stands between a program and RabbitMQ. While the network is cut, nothing passes and nothing says so; what is new is refused.
//
//   node wall.mjs FROM_MS LASTS_MS    tells its port, and counts from its start
import net from "node:net";
import { tell, url } from "./tell.mjs";

const [from, lasts] = process.argv.slice(2).map(Number);
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
setTimeout(() => {
  isCut = true;
  for (const sockets of pairs) for (const socket of sockets) socket.pause();
}, from);
setTimeout(() => {
  isCut = false;
  // What waited goes on its way, as TCP sends it again.
  for (const sockets of pairs) for (const socket of sockets) socket.resume();
  for (const sockets of halves) for (const socket of sockets) socket.destroy();
}, from + lasts);
