// It asks, and reads the answer from a queue of its connection.
import amqp from "amqplib";
import { ask, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
const { queue } = await channel.assertQueue("", { exclusive: true });
await ask(channel, queue);
tell("effect: got it");
