// Another program is the exclusive consumer of the queue. RabbitMQ refuses the second one, and closes its channel.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const first = await (await amqp.connect(url)).createChannel();
await first.assertQueue("jobs", { durable: true });
await first.consume("jobs", (message) => first.ack(message), { exclusive: true });

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => {
  tell(`channel closed: ${reason(error)}`);
  tell("goes on without a channel");
});
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.consume("jobs", (message) => channel.ack(message)).then(
  () => tell("consuming jobs"),
  () => {},
);
