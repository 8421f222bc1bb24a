// It publishes the same event again, with the same id: a consumer can tell.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
const eventId = randomUUID();
const sent = new Set();
for (let attempt = 0; attempt < 3; attempt += 1) {
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
