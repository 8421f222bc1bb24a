// A passive declare of a queue that does not exist.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => tell(`channel closed: ${reason(error)}`));
tell("connected");
try {
  await channel.checkQueue("jobs");
  tell("declared check of queue jobs");
} catch {
  tell("goes on without a channel");
}
