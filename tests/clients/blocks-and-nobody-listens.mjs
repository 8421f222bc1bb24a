// The same program without a listener for errors: Node.js ends it.
import amqp from "amqplib";
import { everySecond, tell } from "./tell.mjs";

const connection = await amqp.connect(everySecond);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(1);
await channel.consume("jobs", (message) => {
  tell("delivered");
  const end = Date.now() + 3600;
  while (Date.now() < end);
  channel.ack(message);
});
tell("consuming jobs");
