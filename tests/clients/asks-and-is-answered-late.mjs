// It waits a second for the answer. When that comes, nothing waits for it.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
const { queue } = await channel.assertQueue("", { exclusive: true });
let answered;
let waits = true;
await channel.consume(
  queue,
  () => {
    tell(waits ? "answered" : "an answer came too late");
    answered();
  },
  { noAck: true },
);
tell("consuming its answers");
const answer = new Promise((resolve) => (answered = resolve));
channel.sendToQueue("requests", Buffer.from("{}"), { replyTo: queue, correlationId: "c-1" });
tell("sent");
const inTime = await Promise.race([answer.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 1000))]);
waits = false;
if (!inTime) {
  tell("no answer");
  tell("failed");
}
