// Two handlers at work. The quick one acknowledges all deliveries up to its own, and the slow one then acknowledges what is no longer out.
import { setTimeout as wait } from "node:timers/promises";
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
await channel.assertQueue("urgent", { durable: true });
tell("declared queue urgent");
await channel.prefetch(10);
await channel.consume("jobs", (message) => {
  tell("delivered");
  channel.sendToQueue("urgent", Buffer.from("{}"));
  tell("sent");
  setTimeout(() => channel.ack(message), 300);
});
tell("consuming jobs");
await channel.consume("urgent", (message) => {
  tell("delivered");
  channel.ack(message, true);
});
tell("consuming urgent");
await wait(50);
channel.sendToQueue("jobs", Buffer.from("{}"));
tell("sent");
