// The chapter's publisher: when its connection closes it connects again, a while later.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

async function start() {
  try {
    const connection = await amqp.connect(url);
    connection.on("error", (error) => tell(`connection error: ${error.message}`));
    connection.on("close", () => {
      tell("connection closed");
      setTimeout(start, 3000);
    });
    const channel = await connection.createChannel();
    tell("connected");
    await channel.assertQueue("jobs", { durable: true });
    tell("declared queue jobs");
    await channel.consume("jobs", (message) => message && channel.ack(message));
    tell("consuming jobs");
  } catch {
    tell("cannot connect");
    setTimeout(start, 3000);
  }
}
await start();
