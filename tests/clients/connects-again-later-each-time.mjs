// It connects again after 300 ms, and waits three times as long after each attempt that fails, at most 2.7 s.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

let wait = 300;
const later = () => {
  setTimeout(start, wait);
  wait = Math.min(wait * 3, 2700);
};
async function start() {
  try {
    const connection = await amqp.connect(url);
    connection.on("error", (error) => tell(`connection error: ${error.message}`));
    connection.on("close", () => {
      tell("connection closed");
      later();
    });
    const channel = await connection.createChannel();
    tell("connected");
    await channel.assertQueue("jobs", { durable: true });
    tell("declared queue jobs");
    await channel.consume("jobs", (message) => message && channel.ack(message));
    tell("consuming jobs");
    wait = 300;
  } catch {
    tell("cannot connect");
    later();
  }
}
await start();
