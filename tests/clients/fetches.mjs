// A program that fetches one message after the other, as a job that a clock begins does, until none is left.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
for (let number = 0; number < 2; number += 1) {
  channel.sendToQueue("jobs", Buffer.from("{}"));
  tell("sent");
}
await channel.waitForConfirms();
setInterval(async () => {
  const message = await channel.get("jobs");
  if (!message) return tell("checked jobs: 0 ready");
  tell("fetched");
  tell("effect: done");
  channel.ack(message);
}, 1500);
