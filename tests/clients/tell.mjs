// What a program sees, in the words of tests/clients.rs.
import { writeSync } from "node:fs";

// At once: a process that ends must not take its last line along.
export const tell = (line) => writeSync(1, `${line}\n`);

// amqplib puts RabbitMQ's own text in quotes behind words of its own.
export const reason = (error) => /with message "(.*?)"\)?$/s.exec(error.message)?.[1] ?? error.message;

export const url = process.env.REQUEUE_AMQP;

// With heartbeats each second instead of each minute.
export const everySecond = `${url}?heartbeat=1`;

// The test has done the next thing to the broker, the network or the program: it says so on standard input. What a program does in the middle
// of something waits for that, and not for a time.
export const done = () =>
  new Promise((resolve) => {
    process.stdin.once("data", () => {
      process.stdin.pause();
      resolve();
    });
    process.stdin.resume();
  });

// Waits until RabbitMQ has an alarm, or has none: it has told its connections then.
export const alarm = async (isSet) => {
  const { username, password } = new URL(url);
  const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };
  const hasAlarm = async () => !(await fetch(`${process.env.REQUEUE_MANAGEMENT}/api/health/checks/alarms`, { headers })).ok;
  while ((await hasAlarm()) !== isSet) await new Promise((resolve) => setTimeout(resolve, 50));
};

// Consumes, and tells so before the first delivery: amqplib hands that out in the same breath as RabbitMQ's answer, before an `await` goes on.
export const consume = async (channel, queue, handler, options) => {
  let begin;
  const begun = new Promise((resolve) => (begin = resolve));
  await channel.consume(queue, (message) => begun.then(() => handler(message)), options);
  tell(`consuming ${queue}`);
  begin();
};

// Sends a request, and tells what comes of it. `queue` has the answers. Without `patience` it waits for ever, otherwise so many milliseconds.
export const ask = async (channel, queue, patience = Infinity) => {
  let answered;
  let waits = true;
  const answer = new Promise((resolve) => (answered = resolve));
  const take = () => {
    tell(waits ? "answered" : "an answer came too late");
    answered(true);
  };
  await channel.consume(queue, take, { noAck: true });
  tell("consuming its answers");
  channel.sendToQueue("requests", Buffer.from("{}"), { replyTo: queue, correlationId: "c-1" });
  tell("sent");
  if (patience === Infinity) return answer;
  const isInTime = await Promise.race([answer, new Promise((resolve) => setTimeout(() => resolve(false), patience))]);
  waits = false;
  if (!isInTime) {
    tell("no answer");
    tell("failed");
  }
  return isInTime;
};

process.on("exit", (code) => {
  if (code !== 0) tell("the process ended");
});
