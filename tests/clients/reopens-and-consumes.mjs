// When its channel is closed it opens another one and consumes there. What it declared it does not declare again.
import { setTimeout as pause } from "node:timers/promises";
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const start = async (isFirst) => {
  const channel = await connection.createChannel();
  channel.on("error", (error) => {
    tell(`channel closed: ${reason(error)}`);
    setTimeout(() => start(false), 500);
  });
  tell("connected");
  if (isFirst) {
    await channel.assertQueue("jobs", { durable: true });
    tell("declared queue jobs");
  }
  await channel.prefetch(10);
  await channel.consume("jobs", (message) => channel.ack(message));
  tell("consuming jobs");
  return channel;
};
const channel = await start(true);
try {
  await channel.checkQueue("jobs.dead");
} catch {
  tell("failed");
}
