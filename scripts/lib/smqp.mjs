// The workload of benches/workload.rs (Fanout) on smqp, a message broker in JavaScript: publish, route 3 of 20 bindings,
// deliver to three consumers with prefetch 10, acknowledge. Prints publishes a second, the median of seven rounds.
import { createRequire } from "node:module";
const { Broker } = createRequire(process.argv[2] + "/")("smqp");

const broker = new Broker();
broker.assertExchange("events", "topic");
let acked = 0;
["order.placed", "order.*", "#"].forEach((key, index) => {
  const queue = `match-${index}`;
  broker.assertQueue(queue, { durable: true, autoDelete: false });
  broker.bindQueue(queue, "events", key);
});
for (let index = 0; index < 17; index++) {
  broker.assertQueue(`other-${index}`, { durable: true, autoDelete: false });
  broker.bindQueue(`other-${index}`, "events", `other.${index}.*`);
}
for (let index = 0; index < 3; index++) {
  broker.consume(`match-${index}`, (_key, message) => { acked++; message.ack(); }, { consumerTag: `c${index}`, prefetch: 10 });
}
const body = Buffer.alloc(16, 7);
const run = (count) => { for (let index = 0; index < count; index++) broker.publish("events", "order.placed", body); };
run(5_000);
const rates = [];
for (let round = 0; round < 7; round++) {
  const count = 30_000;
  const before = acked;
  const start = process.hrtime.bigint();
  run(count);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (acked - before !== count * 3) throw new Error(`${acked - before} deliveries of ${count} publishes`);
  rates.push(count / seconds);
}
rates.sort((one, other) => one - other);
console.log(Math.round(rates[3]));
