// It waits a second for the answer. When that comes, nothing waits for it.
import amqp from "amqplib";
import { ask, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
const { queue } = await channel.assertQueue("", { exclusive: true });
await ask(channel, queue, 1000);
