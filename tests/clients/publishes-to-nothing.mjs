// A publisher that starts before any program has declared the exchange. Nothing awaits an answer to a publish.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => {
  tell(`channel closed: ${reason(error)}`);
  tell("goes on without a channel");
});
tell("connected");
channel.publish("events", "order.placed", Buffer.from("{}"));
tell("sent");
