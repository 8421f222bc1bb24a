// What an operator does: delete QUEUE, purge QUEUE, unbind QUEUE EXCHANGE KEY, or move QUEUE QUEUE.
//
//   node operate.mjs SCENARIO.json WORD...
import amqp from "amqplib";
import { url } from "./tell.mjs";

const [what, ...names] = process.argv.slice(3);
const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
const moves = async ([from, to]) => {
  for (let message; (message = await channel.get(from)); ) {
    channel.sendToQueue(to, message.content, message.properties);
    await channel.waitForConfirms();
    channel.ack(message);
  }
};
const acts = {
  delete: ([queue]) => channel.deleteQueue(queue),
  purge: ([queue]) => channel.purgeQueue(queue),
  unbind: ([queue, exchange, key]) => channel.unbindQueue(queue, exchange, key),
  move: moves,
};
await acts[what](names);
// What was sent last has been read when this is answered.
await channel.close();
await connection.close();
