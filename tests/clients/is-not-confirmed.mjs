// A full queue refuses what is published: the confirm is a nack, and amqplib calls back with an error.
import amqp from "amqplib";
import { tell, url } from "./tell.mjs";

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
tell("connected");
for (let number = 0; number < 2; number += 1) {
  await new Promise((resolve) => {
    channel.sendToQueue("jobs", Buffer.from("{}"), {}, (error) => {
      tell(error ? "nacked" : "effect: confirmed");
      if (error) tell("failed");
      resolve();
    });
    tell("sent");
  });
}
