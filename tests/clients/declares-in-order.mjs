// The chapter's consumer, as far as its declarations: each awaited, then it consumes.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertExchange("platform-events", "topic", { durable: true });
tell("declared exchange platform-events");
await channel.assertQueue("notification-queue", { durable: true, deadLetterExchange: "platform-events.dlx" });
tell("declared queue notification-queue");
await channel.bindQueue("notification-queue", "platform-events", "order.*");
tell("declared binding order.* from platform-events to notification-queue");
await channel.consume("notification-queue", (message) => message && channel.ack(message));
tell("consuming notification-queue");
