// It publishes and consumes on one connection. During a memory alarm RabbitMQ reads none of its acknowledgements: nothing more is delivered.
import { once } from "node:events";
import amqp from "amqplib";
import { alarm, consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
const publishing = connection;
const publisher = await publishing.createChannel();
publishing.on("blocked", () => tell("blocked"));
publishing.on("unblocked", () => tell("unblocked"));
tell("connected");
await channel.prefetch(1);
let begun = 0;
await consume(channel, "jobs", async (message) => {
  begun += 1;
  tell("delivered");
  // The second one publishes during the alarm, and acknowledges when it has heard of it.
  if (begun === 2) await alarm(true);
  publisher.sendToQueue("done", Buffer.from("{}"));
  tell("sent");
  if (begun === 2) await once(publishing, "blocked");
  channel.ack(message);
});
