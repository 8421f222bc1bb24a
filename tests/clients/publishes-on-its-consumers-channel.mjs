// It publishes on the channel that it consumes on. RabbitMQ closes it for what was published: the program consumes nothing more.
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
await channel.prefetch(2);
await channel.consume("jobs", () => {
  tell("delivered");
  try {
    channel.publish("events", "job.done", Buffer.from("{}"));
    tell("sent");
  } catch {
    tell("cannot publish");
  }
});
tell("consuming jobs");
