// It asks, and RabbitMQ hands the answer to its channel: there is no queue of answers.
import amqp from "amqplib";
import { ask, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
const queue = "amq.rabbitmq.reply-to";
await ask(channel, queue);
tell("effect: got it");
