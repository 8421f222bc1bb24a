// Up to RabbitMQ 4.2 the whole channel is closed, at the next look of the channel. It looks once a minute.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => {
  tell(`channel closed: ${reason(error)}`);
  tell("goes on without a channel");
});
tell("connected");
await channel.assertQueue("jobs", { durable: true, arguments: { "x-consumer-timeout": 1000 } });
tell("declared queue jobs");
await channel.prefetch(1);
await channel.consume("jobs", (message) => {
  tell("delivered");
  setTimeout(() => channel.ack(message), 120_000);
});
tell("consuming jobs");
