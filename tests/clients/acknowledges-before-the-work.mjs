// It acknowledges first. Its process ends while it works: nothing is delivered again.
import amqp from "amqplib";
import { consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await consume(channel, "jobs", (message) => {
  tell("delivered");
  channel.ack(message);
  setTimeout(() => tell("effect: done"), 60_000);
});
