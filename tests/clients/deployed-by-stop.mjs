// A deploy sends SIGTERM: the program finishes what it has, and the next one takes what is left.
import amqp from "amqplib";
import { consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
let working = 0;
let stopping = false;
const stopped = async () => {
  if (!stopping || working > 0) return;
  await channel.close();
  await connection.close();
  tell("stopped");
};
process.on("SIGTERM", async () => {
  tell("stopping");
  await channel.cancel("worker");
  stopping = true;
  await stopped();
});
await channel.prefetch(1);
await consume(
  channel,
  "jobs",
  (message) => {
    if (!message) return;
    tell(message.fields.redelivered ? "delivered again" : "delivered");
    working += 1;
    setTimeout(async () => {
      channel.ack(message);
      working -= 1;
      await stopped();
    }, 2500);
  },
  { consumerTag: "worker" },
);
