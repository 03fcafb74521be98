import { expect, test } from "@jest/globals";
import { Fifo } from "../../src/history/fifo.js";

test("SES12: what waits comes out in the order in which it came, and a million costs no more each than a few", () => {
  const fifo = new Fifo<number>();
  const begun = performance.now();
  for (let n = 0; n < 1_000_000; n++) fifo.push(n);
  for (let n = 0; n < 500_000; n++) expectSame(fifo.shift(), n);
  for (let n = 1_000_000; n < 1_500_000; n++) fifo.push(n);
  for (let n = 500_000; n < 1_500_000; n++) expectSame(fifo.shift(), n);
  expect(fifo.length).toBe(0);
  expect(fifo.shift()).toBeUndefined();
  // An array that moves what is left takes minutes.
  expect(performance.now() - begun).toBeLessThan(2_000);
});

/** Jest's own comparison would take longer than what is measured. */
function expectSame(found: number | undefined, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} came, ${wanted} was due`);
}
