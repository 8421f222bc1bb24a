// Puts the broker where a scenario begins: what earlier programs left is deleted, and what the scenario has is declared.
//
//   node prepare.mjs SCENARIO.json
import { readFileSync } from "node:fs";
import amqp from "amqplib";
import { url } from "./tell.mjs";

const { broker } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const connection = await amqp.connect(url);
const channel = await connection.createChannel();
for (const { name } of broker.queues ?? []) await channel.deleteQueue(name);
for (const { name } of broker.exchanges ?? []) await channel.deleteExchange(name);
if (broker.starts !== "empty") {
  for (const { name, type, arguments: given } of broker.exchanges ?? []) await channel.assertExchange(name, type, { arguments: given });
  for (const { name, arguments: given } of broker.queues ?? []) await channel.assertQueue(name, { arguments: given });
  for (const { source, queue, routing_key } of broker.bindings ?? []) await channel.bindQueue(queue, source, routing_key ?? "");
}
await connection.close();
