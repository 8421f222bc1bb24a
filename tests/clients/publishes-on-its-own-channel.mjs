// It publishes on another channel than it consumes on. RabbitMQ closes that one: the program consumes on, and can publish nothing more.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
const publisher = await connection.createChannel();
publisher.on("error", (error) => tell(`channel closed: ${reason(error)}`));
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(2);
await channel.consume("jobs", () => {
  tell("delivered");
  try {
    publisher.publish("events", "job.done", Buffer.from("{}"));
    tell("sent");
  } catch {
    tell("cannot publish");
  }
});
tell("consuming jobs");
