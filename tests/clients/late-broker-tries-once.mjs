// It catches the error of its first connection, and has no code for another attempt.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

try {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  tell("connected");
  await channel.consume("jobs", (message) => message && channel.ack(message));
  tell("consuming jobs");
} catch {
  tell("goes on without a channel");
}
// A process with an HTTP server lives on.
setInterval(() => {}, 1000);
