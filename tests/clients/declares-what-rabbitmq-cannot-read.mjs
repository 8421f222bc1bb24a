// RabbitMQ's own code fails on an argument that is no text: it closes the whole connection (541). The program logs that, and goes on.
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
channel.assertExchange("users", "x-consistent-hash", { durable: true, arguments: { "hash-header": 3 } }).catch(() => {});
setInterval(() => {}, 1000);
