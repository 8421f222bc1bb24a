// One message at a time, and two more in its hands. At SIGTERM it gives those back, finishes the one that it has begun, and closes.
import { once } from "node:events";
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
const waiting = [];
let isWorking = false;
let isStopping = false;
const giveBack = (message) => {
  tell("gave back");
  channel.nack(message, false, true);
};
// Its work lasts until it is to stop, and a little longer.
const stopping = once(process, "SIGTERM").then(() => new Promise((resolve) => setTimeout(resolve, 50)));
const begin = async () => {
  if (isWorking) return;
  const message = waiting.shift();
  if (!message) return;
  isWorking = true;
  tell("delivered");
  await stopping;
  channel.ack(message);
  isWorking = false;
  if (!isStopping) return begin();
  await channel.close();
  await connection.close();
  tell("stopped");
};
process.on("SIGTERM", async () => {
  tell("stopping");
  isStopping = true;
  // First: what is given back to a consumer comes back.
  const cancelled = channel.cancel("worker");
  while (waiting.length > 0) giveBack(waiting.shift());
  await cancelled;
});
await channel.prefetch(3);
await channel.consume(
  "jobs",
  (message) => {
    if (!message) return;
    if (isStopping) return giveBack(message);
    waiting.push(message);
    begin();
    // Not after a time: all three have come.
    if (waiting.length === 2) process.kill(process.pid, "SIGTERM");
  },
  { consumerTag: "worker" },
);
tell("consuming jobs");
for (let number = 0; number < 3; number += 1) {
  channel.sendToQueue("jobs", Buffer.from("{}"));
  tell("sent");
}
