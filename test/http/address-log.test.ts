import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { AddressLog } from "../../src/http/address-log.js";
import { untilClosed, usePorts } from "./port-harness.js";

const ports = usePorts();

test("PORT30: an address writes so much a minute and then only a count; another address still writes", () => {
  const lines: string[] = [];
  const log = new AddressLog(pino({ level: "debug" }, { write: (line) => void lines.push(line) }), 4_096);
  for (let time = 0; time < 1_000; time++) log.info("192.0.2.1", { reason: "x".repeat(100) }, "refused");
  log.warn("192.0.2.2", {}, "another");
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  expect(bytes).toBeLessThan(5_000);
  expect(lines.at(-1)).toContain("another");
  log.sweep(performance.now() + 60_001);
  expect(lines.at(-1)).toMatch(/"lines":9\d\d,"addresses":1/);
  log.info("192.0.2.1", {}, "again");
  expect(lines.at(-1)).toContain("again");
});

test("PORT30: what a caller sent is not in the log", async () => {
  const port = await ports.start();
  const socket = await ports.dial(port);
  socket.write("SECRET-PAYLOAD /secret-path HTTP/9.9\r\nsecret-header: x\r\n\r\n");
  await untilClosed(socket, 5_000);
  expect(port.lines.join("")).toContain("malformed");
  expect(port.lines.join("").toLowerCase()).not.toContain("secret");
});
