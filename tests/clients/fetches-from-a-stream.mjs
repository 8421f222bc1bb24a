// A stream has no basic.get: RabbitMQ closes the whole connection (540). The program logs that, and does not connect again.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
connection.on("error", (error) => tell(`connection error: ${reason(error)}`));
connection.on("close", () => {
  tell("connection closed");
  tell("goes on without a channel");
});
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("log", { durable: true, arguments: { "x-queue-type": "stream" } });
tell("declared queue log");
setTimeout(() => channel.get("log").catch(() => tell("failed")), 1500);
setInterval(() => {}, 1000);
