// The chapter's publishEvent asserts its exchange at each publish. Another program has declared that exchange otherwise: nothing of this
// kind is ever published.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => {
  tell(`channel closed: ${reason(error)}`);
  tell("goes on without a channel");
});
tell("connected");
try {
  await channel.assertExchange("events", "topic", { durable: true });
  channel.publish("events", "order.placed", Buffer.from("{}"));
  tell("sent");
} catch {
  tell("failed");
}
setInterval(() => {}, 1000);
