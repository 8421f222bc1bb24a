// An operator purges the queue: what the program holds stays, and nothing follows it.
import amqp from "amqplib";
import { consume, done, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(1);
await consume(channel, "jobs", async (message) => {
  tell("delivered");
  // The queue is purged.
  await done();
  const { messageCount } = await channel.checkQueue("jobs");
  tell(`checked jobs: ${messageCount} ready`);
  channel.ack(message);
});
