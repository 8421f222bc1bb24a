// It publishes on: RabbitMQ reads nothing of that until the alarm is over, and confirms it then.
import amqp from "amqplib";
import { alarm, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
const publish = () =>
  new Promise((resolve) => {
    const confirmed = () => {
      tell("effect: confirmed");
      resolve();
    };
    channel.sendToQueue("jobs", Buffer.from("{}"), {}, confirmed);
    tell("sent");
  });
await publish();
// Not after a time: what it publishes now is read after the alarm, however long that takes to be set.
await alarm(true);
await Promise.all([publish(), publish()]);
await publish();
