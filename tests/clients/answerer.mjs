// What the service "answerer" of a scenario does: it answers each request, after its work.
import { readFileSync } from "node:fs";
import amqp from "amqplib";
import { url } from "./tell.mjs";

const { services } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { ms } = services.find(({ name }) => name === "answerer").handlers[0].steps[0];
const connection = await amqp.connect(url);
const channel = await connection.createChannel();
await channel.consume("requests", (message) => {
  const { replyTo, correlationId } = message.properties;
  setTimeout(() => {
    channel.sendToQueue(replyTo, Buffer.from("{}"), { correlationId });
    channel.ack(message);
  }, ms);
});
