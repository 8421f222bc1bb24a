// One message at a time, and two more in its hands. At SIGTERM it gives those back, finishes the one that it has begun, and closes.
import { setTimeout as wait } from "node:timers/promises";
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
const begin = async () => {
  const message = waiting.shift();
  if (!message || isWorking) return;
  isWorking = true;
  tell("delivered");
  await wait(300);
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
    if (isWorking) return waiting.push(message);
    waiting.push(message);
    begin();
  },
  { consumerTag: "worker" },
);
tell("consuming jobs");
await wait(50);
for (let number = 0; number < 3; number += 1) {
  channel.sendToQueue("jobs", Buffer.from("{}"));
  tell("sent");
}
await wait(200);
process.kill(process.pid, "SIGTERM");
