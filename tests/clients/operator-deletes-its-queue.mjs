// An operator deletes the queue: amqplib calls the consumer with null. This one returns, and consumes nothing from then on.
import amqp from "amqplib";
import { consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await consume(channel, "jobs", (message) => {
  if (message === null) return tell("consumer cancelled");
  tell("delivered");
  channel.ack(message);
});
