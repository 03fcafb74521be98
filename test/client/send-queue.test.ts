import { describe, expect, test } from "@jest/globals";
import { SendQueue } from "../../src/client/send-queue.js";

describe("send queue", () => {
  test("PEER18: what waits for a place while the host wants quiet does not lose patience", async () => {
    const queue = new SendQueue<number>({ items: 1, patienceMs: 20 });
    queue.pause(200);
    const taken = [queue.push(1), queue.push(2)];
    const sent: number[] = [];
    const sending = (async () => {
      for await (const item of queue) if (sent.push(item) === 2) return;
    })();
    expect(await Promise.all(taken)).toEqual([true, true]);
    await sending;
    expect(sent).toEqual([1, 2]);
  });

  test("PEER18: otherwise it does", async () => {
    const queue = new SendQueue<number>({ items: 1, patienceMs: 20 });
    expect(await Promise.all([queue.push(1), queue.push(2)])).toEqual([true, false]);
  });
});
