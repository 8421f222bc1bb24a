// It publishes on: RabbitMQ reads nothing of that until the alarm is over, and confirms it then.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
setInterval(() => {
  channel.sendToQueue("jobs", Buffer.from("{}"), {}, () => tell("effect: confirmed"));
  tell("sent");
}, 8000);
