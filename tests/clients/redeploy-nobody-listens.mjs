// The same new version without any listener: neither the channel nor the connection has one for "error".
import amqp from "amqplib";
import { reason, tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createChannel();
tell("connected");
// Sees the error that ends the process, and does not keep it from ending.
process.on("uncaughtExceptionMonitor", (error) => tell(`channel closed: ${reason(error)}`));
await channel.assertQueue("jobs", { durable: true, deadLetterExchange: "jobs.dlx" });
tell("declared queue jobs");
