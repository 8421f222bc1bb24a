// Definitions as RabbitMQ exports them, as large as wanted.

export const many = (count, one) => Array.from({ length: count }, (_, number) => one(number));

/** Topic exchanges and queues of twenty teams. The first queue is called "hostile": by it a page is known to be open. */
export function definitions(exchanges, queues, bindings) {
  const of = { vhost: "/", durable: true, auto_delete: false, arguments: {} };
  const queue = (number) => (number === 0 ? "hostile" : `team-${number % 20}.queue-${number}`);
  const binding = (number) => ({
    ...{ vhost: "/", source: `x${number % exchanges}`, destination: queue(number % queues), destination_type: "queue" },
    ...{ routing_key: `k${number}.*`, arguments: {} },
  });
  return {
    rabbitmq_version: "3.13.7",
    vhosts: [{ name: "/" }],
    exchanges: many(exchanges, (number) => ({ ...of, name: `x${number}`, type: "topic" })),
    queues: many(queues, (number) => ({ ...of, name: queue(number) })),
    bindings: many(bindings, binding),
  };
}
