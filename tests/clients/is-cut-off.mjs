// Nothing passes, and nothing says so: both ends miss heartbeats. The program tries to connect again until the network is whole.
import amqp from "amqplib";
import { everySecond, tell } from "./tell.mjs";

async function start() {
  try {
    const connection = await amqp.connect(everySecond);
    connection.on("error", () => tell("connection error"));
    connection.on("close", () => {
      tell("connection closed");
      setTimeout(start, 300);
    });
    const channel = await connection.createChannel();
    tell("connected");
    await channel.assertQueue("jobs", { durable: true });
    tell("declared queue jobs");
    await channel.consume("jobs", (message) => message && channel.ack(message));
    tell("consuming jobs");
  } catch {
    tell("cannot connect");
    setTimeout(start, 300);
  }
}
await start();
