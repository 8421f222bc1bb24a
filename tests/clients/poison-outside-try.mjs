// The chapter's handler: JSON.parse stands outside the try, in an async function whose promise no code awaits.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(10);
await channel.consume("jobs", async (message) => {
  tell("delivered");
  const event = JSON.parse(message.content.toString());
  try {
    tell(`handled ${event.type}`);
    channel.ack(message);
  } catch {
    channel.nack(message, false, false);
  }
});
tell("consuming jobs");
