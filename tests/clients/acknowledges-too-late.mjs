// RabbitMQ 4.3 takes the message back and cancels the consumer. The program, still at work, gets no other message.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true, arguments: { "x-queue-type": "quorum", "x-consumer-timeout": 60000 } });
tell("declared queue jobs");
await channel.prefetch(1);
await channel.consume("jobs", (message) => {
  if (message === null) return tell("consumer cancelled");
  tell("delivered");
  setTimeout(() => channel.ack(message), 75000);
});
tell("consuming jobs");
