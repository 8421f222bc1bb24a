// Another connection has the queue for itself.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const first = await amqp.connect(url);
await (await first.createChannel()).assertQueue("jobs", { exclusive: true });

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
channel.on("error", (error) => tell(`channel closed: ${reason(error)}`));
tell("connected");
try {
  await channel.assertQueue("jobs", { exclusive: true });
  tell("declared queue jobs");
} catch {
  tell("goes on without a channel");
}
