import { describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { RefusalLog } from "../../src/access/refusal-log.js";
import type { AuditRefusal } from "../../src/store/access.js";

const logger = pino({ level: "silent" });

describe("refused callers", () => {
  test("ACC20: are counted by address and rpc, and ten thousand addresses cost no more than 256", async () => {
    const stored: AuditRefusal[] = [];
    let nowMs = 1_000;
    const log = new RefusalLog(
      { addAuditRefusals: async (refusals) => void stored.push(...refusals) },
      logger,
      () => nowMs++,
    );
    const refusal = { action: "v1.Authentication/Login", outcome: "unauthenticated" };
    for (let i = 0; i < 10_000; i++) log.note({ ...refusal, address: "10.0.0.1" });
    for (let i = 0; i < 10_000; i++) log.note({ ...refusal, address: `10.1.${i >> 8}.${i & 255}` });
    await log.flush();
    expect(stored).toHaveLength(257);
    expect(stored[0]).toMatchObject({ address: "10.0.0.1", times: 10_000, atMs: 1_000, lastMs: 10_999 });
    expect(stored.at(-1)).toMatchObject({ address: "", times: 10_000 - 255 });
    await log.flush();
    expect(stored).toHaveLength(257);
  });

  test("ACC20: IPv6 callers are counted by their /64", async () => {
    const stored: AuditRefusal[] = [];
    const log = new RefusalLog(
      { addAuditRefusals: async (refusals) => void stored.push(...refusals) },
      logger,
      Date.now,
    );
    for (let i = 0; i < 100; i++) log.note({ address: `2001:db8::${i.toString(16)}`, action: "a", outcome: "x" });
    await log.flush();
    expect(stored).toMatchObject([{ address: "2001:db8:0:0::/64", times: 100 }]);
  });

  test("ACC20: a store that fails costs a line in the log", async () => {
    const log = new RefusalLog({ addAuditRefusals: () => Promise.reject(new Error("full")) }, logger, Date.now);
    log.note({ address: "10.0.0.1", action: "a", outcome: "x" });
    await log.flush();
  });
});
