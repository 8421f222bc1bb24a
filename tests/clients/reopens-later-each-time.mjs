// It opens another channel after 400 ms, and waits three times as long after each that is refused.
import { setTimeout as pause } from "node:timers/promises";
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
for (let wait = 400; ; wait *= 3) {
  const channel = await connection.createChannel();
  channel.on("error", (error) => tell(`channel closed: ${reason(error)}`));
  tell("connected");
  try {
    await channel.assertQueue("jobs", { durable: true, deadLetterExchange: "jobs.dlx" });
    tell("declared queue jobs");
    break;
  } catch {
    await pause(wait);
  }
}
