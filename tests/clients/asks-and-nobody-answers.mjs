// No program reads the requests. By direct reply-to nothing says so: it waits in vain.
import amqp from "amqplib";
import { ask, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
const queue = "amq.rabbitmq.reply-to";
await ask(channel, queue, 1000);
