import { expect, test } from "@jest/globals";
import { untilClosed, usePorts } from "./port-harness.js";

const ports = usePorts();

test("PORT30: what a caller sent is not in the log", async () => {
  const port = await ports.start();
  const socket = await ports.dial(port);
  socket.write("SECRET-PAYLOAD /secret-path HTTP/9.9\r\nsecret-header: x\r\n\r\n");
  await untilClosed(socket, 5_000);
  expect(port.lines.join("")).toContain("malformed");
  expect(port.lines.join("").toLowerCase()).not.toContain("secret");
});
