// Its machine loses its power while it works. What it held comes back when RabbitMQ has missed its heartbeats, and not before.
import amqp from "amqplib";
import { consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(`${url}?heartbeat=2`);
const channel = await connection.createConfirmChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(10);
await consume(channel, "jobs", (message) => {
  tell(message.fields.redelivered ? "delivered again" : "delivered");
  setTimeout(() => channel.ack(message), 60_000);
});
const { messageCount } = await channel.checkQueue("jobs");
tell(`checked jobs: ${messageCount} ready`);
channel.sendToQueue("jobs", Buffer.from("{}"), { persistent: true });
tell("sent");
