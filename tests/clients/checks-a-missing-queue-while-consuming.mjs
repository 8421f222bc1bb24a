// A program that consumes, and asks for a queue that does not exist on the same channel: it consumes nothing from then on.
import { setTimeout } from "node:timers/promises";
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => {
  tell(`channel closed: ${reason(error)}`);
  tell("goes on without a channel");
});
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(10);
await channel.consume("jobs", (message) => {
  tell("delivered");
  channel.ack(message);
});
tell("consuming jobs");
try {
  await channel.checkQueue("jobs.dead");
} catch {
  tell("failed");
}
await setTimeout(60_000);
