// Two processes, one message each. The second is killed when the first one, started again, consumes.
import amqp from "amqplib";
import { consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(1);
await consume(channel, "jobs", (message) => {
  tell(message.fields.redelivered ? "delivered again" : "delivered");
  setTimeout(() => channel.ack(message), 60_000);
});
