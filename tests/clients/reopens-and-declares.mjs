// When its channel is closed it opens another one and declares there. Its consumer belongs to its start.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const open = async () => {
  const channel = await connection.createChannel();
  channel.on("error", (error) => {
    tell(`channel closed: ${reason(error)}`);
    setTimeout(open, 300);
  });
  tell("connected");
  await channel.assertQueue("jobs", { durable: true });
  tell("declared queue jobs");
  return channel;
};
const channel = await open();
await channel.prefetch(10);
await channel.consume("jobs", (message) => {
  tell("delivered");
  channel.ack(message);
  channel.ack(message);
});
tell("consuming jobs");
