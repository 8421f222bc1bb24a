// As an orchestrator stops it: it cancels its consumer, finishes what it has, and closes. Here the signal comes with the second message.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
let begun = 0;
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
// A third one cannot come before the first is acknowledged: what RabbitMQ has sent before the cancel would be taken, too.
await channel.prefetch(2);
await channel.consume(
  "jobs",
  (message) => {
    if (!message) return;
    tell("delivered");
    begun += 1;
    working += 1;
    setTimeout(async () => {
      channel.ack(message);
      working -= 1;
      await stopped();
    }, 1200);
    if (begun === 2) process.kill(process.pid, "SIGTERM");
  },
  { consumerTag: "worker" },
);
tell("consuming jobs");
