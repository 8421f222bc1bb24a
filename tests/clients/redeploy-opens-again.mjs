// The same new version opens another channel on the same connection, a second later.
import { setTimeout as pause } from "node:timers/promises";
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
for (;;) {
  const channel = await connection.createChannel();
  channel.on("error", (error) => tell(`channel closed: ${reason(error)}`));
  tell("connected");
  try {
    await channel.assertQueue("jobs", { durable: true, deadLetterExchange: "jobs.dlx" });
    tell("declared queue jobs");
    break;
  } catch {
    await pause(1000);
  }
}
