// RabbitMQ tells it when its first publish during the alarm blocks the connection. It publishes the next when it is unblocked.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
let isBlocked = false;
let waiting = 0;
const publish = () => {
  channel.sendToQueue("jobs", Buffer.from("{}"), {}, () => tell("effect: confirmed"));
  tell("sent");
};
connection.on("blocked", () => {
  tell("blocked");
  isBlocked = true;
});
connection.on("unblocked", () => {
  tell("unblocked");
  isBlocked = false;
  for (; waiting > 0; waiting -= 1) publish();
});
setInterval(() => {
  if (isBlocked) waiting += 1;
  else publish();
}, 8000);
