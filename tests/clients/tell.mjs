// What a program sees, in the words of tests/clients.rs.
import { writeSync } from "node:fs";

// At once: a process that ends must not take its last line along.
export const tell = (line) => writeSync(1, `${line}\n`);

// amqplib puts RabbitMQ's own text in quotes behind words of its own.
export const reason = (error) => /with message "(.*?)"\)?$/s.exec(error.message)?.[1] ?? error.message;

export const url = process.env.REQUEUE_AMQP;

// With heartbeats each second instead of each minute.
export const everySecond = `${url}?heartbeat=1`;

process.on("exit", (code) => {
  if (code !== 0) tell("the process ended");
});
