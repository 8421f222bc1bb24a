// What the service "publisher" of a scenario does: a message for the queue "jobs" every half second.
import amqp from "amqplib";
import { url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
setInterval(() => channel.sendToQueue("jobs", Buffer.from("{}")), 500);
