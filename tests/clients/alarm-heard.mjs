// RabbitMQ tells it when its first publish during the alarm blocks the connection. It publishes the next when it is unblocked.
import { once } from "node:events";
import amqp from "amqplib";
import { alarm, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
await channel.assertQueue("jobs", { durable: true });
tell("declared queue jobs");
const publish = () =>
  new Promise((resolve) => {
    // The confirm may come in one read with `connection.unblocked`. Then amqplib calls back before an `await` for that goes on: the turn of the
    // event loop puts that right.
    const confirmed = () => {
      tell("effect: confirmed");
      resolve();
    };
    channel.sendToQueue("jobs", Buffer.from("{}"), {}, () => setImmediate(confirmed));
    tell("sent");
  });
await publish();
// Not after a time: the second publish is one of the alarm, however long that takes to be set.
await alarm(true);
const second = publish();
await once(connection, "blocked");
tell("blocked");
// The third waits.
await once(connection, "unblocked");
tell("unblocked");
const third = publish();
await Promise.all([second, third]);
await publish();
