// Both ends look each three seconds whether anything has come, and give up at the second look in a row without. What waited arrives before that.
import amqp from "amqplib";
import { done, tell, url } from "./tell.mjs";

const connection = await amqp.connect(`${url}?heartbeat=3`);
connection.on("error", () => tell("connection error"));
connection.on("close", () => tell("connection closed"));
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.consume("jobs", (message) => {
  if (!message) return;
  tell("delivered");
  channel.ack(message);
});
tell("consuming jobs");
// The network is cut.
await done();
channel.sendToQueue("jobs", Buffer.from("{}"), { persistent: true });
tell("sent");
