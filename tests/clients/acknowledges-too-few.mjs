// It acknowledges each third message, with all before it. At a prefetch of two, the third never comes.
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
  if (begun % 3 === 0) channel.ack(message, true);
});
tell("consuming jobs");
