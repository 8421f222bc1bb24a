// Two consumers, each on its channel. What closes the channel of the one leaves the other alone.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
for (const queue of ["jobs", "urgent"]) {
  await channel.assertQueue(queue, { durable: true });
  tell(`declared queue ${queue}`);
}

async function consume(queue, handle) {
  const own = await connection.createChannel();
  own.on("error", (error) => tell(`channel closed: ${reason(error)}`));
  await own.prefetch(10);
  await own.consume(queue, (message) => {
    tell("delivered");
    handle(own, message);
  });
  tell(`consuming ${queue}`);
}

await consume("jobs", (own, message) => {
  own.ack(message);
  own.ack(message);
});
await consume("urgent", (own, message) => {
  own.ack(message);
  tell("effect: urgent");
});
setInterval(() => {
  tell("sent");
  channel.sendToQueue("urgent", Buffer.from("{}"));
}, 700);
