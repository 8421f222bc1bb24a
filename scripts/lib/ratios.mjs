// Ratios of medians of two sites that were measured in turn.
//
//   node scripts/lib/ratios.mjs FILE      (lines: ours|theirs NAME MILLISECONDS)

import { readFileSync } from "node:fs";

const measured = new Map();
for (const line of readFileSync(process.argv[2], "utf8").trim().split("\n")) {
  const [whose, name, value] = line.split(" ");
  if (!measured.has(name)) measured.set(name, { ours: [], theirs: [] });
  measured.get(name)[whose].push(Number(value));
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
for (const [name, { ours, theirs }] of measured) {
  const [here, there] = [median(ours), median(theirs)];
  console.log(`${name.padEnd(20)} ${here.toFixed(1).padStart(8)} ms, before ${there.toFixed(1).padStart(8)} ms: ${(here / there).toFixed(2)}`);
}
