// It publishes on another connection than it consumes on. During a memory alarm it consumes on.
import { once } from "node:events";
import amqp from "amqplib";
import { alarm, consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
const publishing = await amqp.connect(url);
const publisher = await publishing.createChannel();
publishing.on("blocked", () => tell("blocked"));
publishing.on("unblocked", () => tell("unblocked"));
tell("connected");
await channel.prefetch(1);
let begun = 0;
const isOver = once(publishing, "unblocked");
await consume(channel, "jobs", async (message) => {
  begun += 1;
  tell("delivered");
  // The second one publishes during the alarm, and acknowledges when it has heard of it.
  if (begun === 2) await alarm(true);
  // It has heard of the alarm: the third waits.
  if (begun === 3) await isOver;
  publisher.sendToQueue("done", Buffer.from("{}"));
  tell("sent");
  if (begun === 2) await once(publishing, "blocked");
  channel.ack(message);
});
