// It acknowledges on the channel that it publishes on. RabbitMQ knows no such delivery there, and closes that channel; the other one keeps
// its deliveries, and they stay unacknowledged.
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
await channel.consume("jobs", (message) => {
  tell("delivered");
  try {
    publisher.ack(message);
  } catch {
    tell("cannot acknowledge");
  }
});
tell("consuming jobs");
