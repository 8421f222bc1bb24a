// A memory alarm blocks it, and its process ends. RabbitMQ reads nothing of that connection until the alarm is over, not even its end: the
// message that the program held stays with it. Then RabbitMQ reads what had reached its machine.
import amqp from "amqplib";
import { alarm, consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(1);
await consume(channel, "jobs", async (message) => {
  tell(message.fields.redelivered ? "delivered again" : "delivered");
  const { messageCount } = await channel.checkQueue("more");
  tell(`checked more: ${messageCount} ready`);
  if (messageCount > 0) return;
  await alarm(true);
  channel.sendToQueue("more", Buffer.from("{}"), { persistent: true });
  tell("sent");
});
