// It has three messages in hand, and computes for 1.4 s on each. amqplib hands out all that it has read before the event loop turns: no
// heartbeat and no acknowledgement leaves for 4.2 s.
import amqp from "amqplib";
import { everySecond, tell } from "./tell.mjs";

const connection = await amqp.connect(everySecond);
connection.on("error", () => tell("connection error"));
connection.on("close", () => {
  tell("connection closed");
  tell("goes on without a channel");
});
const channel = await connection.createChannel();
tell("connected");
await channel.prefetch(3);
let isFirst = true;
await channel.consume("jobs", (message) => {
  // RabbitMQ's answer and what it delivers come in one read.
  if (isFirst) tell("consuming jobs");
  isFirst = false;
  tell(message.fields.redelivered ? "delivered again" : "delivered");
  const end = Date.now() + 1400;
  while (Date.now() < end);
  channel.ack(message);
});
