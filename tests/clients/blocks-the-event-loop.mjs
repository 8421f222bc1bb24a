// Its handler computes and lets no timer run: no heartbeat is sent for 3.6 s. The program sees the end of its connection when it is done.
import amqp from "amqplib";
import { everySecond, tell } from "./tell.mjs";

async function start() {
  const connection = await amqp.connect(everySecond);
  connection.on("error", () => tell("connection error"));
  connection.on("close", () => {
    tell("connection closed");
    setTimeout(start, 5000);
  });
  const channel = await connection.createChannel();
  tell("connected");
  await channel.assertQueue("jobs", { durable: true });
  tell("declared queue jobs");
  await channel.prefetch(1);
  await channel.consume("jobs", (message) => {
    tell("delivered");
    const end = Date.now() + 3600;
    while (Date.now() < end);
    channel.ack(message);
  });
  tell("consuming jobs");
}
await start();
