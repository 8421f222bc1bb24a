// Two handlers at work. The quick one acknowledges all deliveries up to its own, and the slow one then acknowledges what is no longer out.
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
// Not after a time: the slow one is slower, however busy the machine is.
let quickIsDone;
const quick = new Promise((resolve) => (quickIsDone = resolve));
await channel.consume("jobs", (message) => {
  tell("delivered");
  channel.sendToQueue("urgent", Buffer.from("{}"));
  tell("sent");
  quick.then(() => channel.ack(message));
});
tell("consuming jobs");
await channel.consume("urgent", (message) => {
  tell("delivered");
  channel.ack(message, true);
  quickIsDone();
});
tell("consuming urgent");
channel.sendToQueue("jobs", Buffer.from("{}"));
tell("sent");
