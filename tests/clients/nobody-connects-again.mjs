// The chapter's consumer: it tries again until it is connected, and has no code for a connection that ends later.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
connection.on("error", (error) => tell(`connection error: ${error.message}`));
connection.on("close", () => {
  tell("connection closed");
  tell("goes on without a channel");
});
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.consume("jobs", (message) => message && channel.ack(message));
tell("consuming jobs");
// A process with an HTTP server lives on.
setInterval(() => {}, 1000);
