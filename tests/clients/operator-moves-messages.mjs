// An operator moves dead letters back to the queue of a consumer.
import amqp from "amqplib";
import { consume, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
await consume(channel, "jobs", (message) => {
  tell("delivered");
  channel.ack(message);
});
