// A check of an exchange that does not exist.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => tell(`channel closed: ${reason(error)}`));
tell("connected");
try {
  await channel.checkExchange("events");
  tell("declared check of exchange events");
} catch {
  tell("goes on without a channel");
}
