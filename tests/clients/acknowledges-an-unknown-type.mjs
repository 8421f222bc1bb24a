// The chapter's default branch: a type that it does not know is logged and acknowledged. At a prefetch of one the next follows.
import amqp from "amqplib";
import { consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(1);
await consume(channel, "jobs", (message) => {
  tell("delivered");
  switch (JSON.parse(message.content.toString()).type) {
    case "order.placed":
      tell("effect: email sent");
      break;
    default:
    // Logged.
  }
  channel.ack(message);
});
