// A new version declares the queue with a dead-letter exchange. Its channel has a listener for errors, which logs.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => tell(`channel closed: ${reason(error)}`));
tell("connected");
try {
  await channel.assertQueue("jobs", { durable: true, deadLetterExchange: "jobs.dlx" });
  tell("declared queue jobs");
  await channel.consume("jobs", (message) => message && channel.ack(message));
  tell("consuming jobs");
} catch {
  tell("goes on without a channel");
}
