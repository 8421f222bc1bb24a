// Only the connection has listeners: amqplib turns the error of a channel that nothing listens to into one of the connection.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

async function start() {
  const connection = await amqp.connect(url);
  connection.on("error", (error) => tell(`channel closed: ${reason(error)}`));
  connection.on("close", () => setTimeout(start, 1000));
  const channel = await connection.createChannel();
  tell("connected");
  await channel.assertQueue("jobs", { durable: true, deadLetterExchange: "jobs.dlx" }).then(
    () => tell("declared queue jobs"),
    () => {},
  );
}
await start();
