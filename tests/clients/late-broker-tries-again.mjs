// The chapter's consumer: it tries again until it is connected the first time.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

async function start() {
  try {
    const connection = await amqp.connect(url);
    const channel = await connection.createChannel();
    tell("connected");
    await channel.assertQueue("jobs", { durable: true });
    tell("declared queue jobs");
    await channel.consume("jobs", (message) => message && channel.ack(message));
    tell("consuming jobs");
  } catch {
    tell("cannot connect");
    setTimeout(start, 500);
  }
}
await start();
