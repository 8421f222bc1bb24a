// An operator takes the binding away. What it publishes comes back to it, if it asks for that.
import amqp from "amqplib";
import { consume, done, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
channel.on("return", () => tell("returned"));
tell("connected");
await channel.prefetch(10);
let delivered;
const first = new Promise((resolve) => (delivered = resolve));
await consume(channel, "jobs", (message) => {
  tell("delivered");
  channel.ack(message);
  delivered();
});
const publish = () => {
  channel.publish("events", "job", Buffer.from("{}"), { mandatory: true });
  tell("sent");
};
publish();
await first;
await done();
publish();
