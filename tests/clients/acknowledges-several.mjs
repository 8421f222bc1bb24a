// It acknowledges each second message, with the one before it: at a prefetch of two it goes on.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
await channel.prefetch(2);
let begun = 0;
await channel.consume("jobs", (message) => {
  tell("delivered");
  begun += 1;
  if (begun % 2 === 0) channel.ack(message, true);
});
tell("consuming jobs");
for (let number = 0; number < 5; number += 1) {
  channel.sendToQueue("jobs", Buffer.from("{}"));
  tell("sent");
}
