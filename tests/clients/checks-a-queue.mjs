// The chapter's monitor of a dead-letter queue: it asks how many messages are ready there, and says so when there are some.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
await channel.assertQueue("jobs.dead", { durable: true });
tell("declared queue jobs.dead");
const monitor = async () => {
  const { messageCount } = await channel.checkQueue("jobs.dead");
  tell(`checked jobs.dead: ${messageCount} ready`);
  if (messageCount >= 1) tell("effect: alert");
};
await monitor();
for (let number = 0; number < 2; number += 1) {
  channel.sendToQueue("jobs.dead", Buffer.from("{}"));
  tell("sent");
}
// A check may overtake what was published: a queue answers it first. What is confirmed is there.
await channel.waitForConfirms();
await monitor();
