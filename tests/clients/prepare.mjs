// Puts the broker where a scenario begins: its virtual host is made, without what an earlier run left there, and what the scenario has is
// declared.
//
//   node prepare.mjs SCENARIO.json
import { readFileSync } from "node:fs";
import amqp from "amqplib";
import { url } from "./tell.mjs";

const { pathname, username, password } = new URL(url);
const manage = async (method, path, body) => {
  const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}`, "content-type": "application/json" };
  const answer = await fetch(`${process.env.REQUEUE_MANAGEMENT}/api/${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
};
await manage("DELETE", `vhosts${pathname}`);
await manage("PUT", `vhosts${pathname}`, {});
await manage("PUT", `permissions${pathname}/${username}`, { configure: ".*", write: ".*", read: ".*" });

const { broker } = JSON.parse(readFileSync(process.argv[2], "utf8"));
if (broker.starts !== "empty") {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  for (const { name, type, arguments: given } of broker.exchanges ?? []) await channel.assertExchange(name, type, { arguments: given });
  for (const { name, arguments: given } of broker.queues ?? []) await channel.assertQueue(name, { arguments: given });
  for (const { source, queue, routing_key } of broker.bindings ?? []) await channel.bindQueue(queue, source, routing_key ?? "");
  for (const { name, messages } of broker.queues ?? []) {
    for (let number = 0; number < (messages ?? 0); number += 1) channel.sendToQueue(name, Buffer.from("{}"));
  }
  await channel.waitForConfirms();
  await connection.close();
}
