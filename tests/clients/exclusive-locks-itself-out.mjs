// Its machine loses its power, and starts again. RabbitMQ has not noticed: the old connection still has the exclusive queue.
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(`${url}?heartbeat=2`);
const open = async () => {
  const channel = await connection.createChannel();
  channel.on("error", (error) => {
    tell(`channel closed: ${reason(error)}`);
    // By then RabbitMQ has missed the heartbeats of the old connection.
    setTimeout(open, 8000);
  });
  tell("connected");
  try {
    await channel.assertQueue("jobs", { exclusive: true });
  } catch {
    return;
  }
  tell("declared queue jobs");
  await channel.consume("jobs", (message) => message && channel.ack(message));
  tell("consuming jobs");
};
await open();
