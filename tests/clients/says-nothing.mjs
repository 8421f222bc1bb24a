// Its catch logs. At a prefetch of two, RabbitMQ delivers nothing after the second message.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(2);
await channel.consume("jobs", (message) => {
  tell("delivered");
  try {
    throw new Error("no connection to the database");
  } catch {
    // Logged.
  }
});
tell("consuming jobs");
