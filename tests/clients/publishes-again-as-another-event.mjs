// The chapter's publishEvent makes an id at each call: what is published again is another event for a consumer.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
const sent = new Set();
for (let attempt = 0; attempt < 3; attempt += 1) {
  const eventId = randomUUID();
  tell(sent.has(eventId) ? "sent again" : "sent");
  sent.add(eventId);
  const isConfirmed = new Promise((resolve) => {
    channel.sendToQueue("jobs", Buffer.from("{}"), { messageId: eventId }, (error) => resolve(!error));
  });
  if (await isConfirmed) break;
  tell("nacked");
  if (attempt < 2) await pause(200);
}
tell("failed");
