// What the service "publisher" of a scenario does: a message for the queue "jobs" every half second.
import { readFileSync } from "node:fs";
import amqp from "amqplib";
import { url } from "./tell.mjs";

const { services } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { as_text, payload } = services.find(({ name }) => name === "publisher").handlers[0].steps[0];
const connection = await amqp.connect(url);
const channel = await connection.createChannel();
setInterval(() => channel.sendToQueue("jobs", Buffer.from(as_text ? payload : "{}")), 500);
