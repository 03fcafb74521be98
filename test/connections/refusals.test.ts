import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { Refusals } from "../../src/connections/refusals.js";
import { HubError } from "../../src/errors.js";
import { openStore } from "../../src/store/open.js";
import type { Store } from "../../src/store/store.js";
import { eventually } from "../support/hub-calls.js";

const NOTE = { cause: "unknown-key", address: "10.0.0.7", keyid: "ed25519.a", instanceId: "tower" } as const;
const logger = pino({ level: "silent" });

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-refusals-"));
  store = await openStore({ file: join(folder, "hub.sqlite") });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

describe("refused connections are kept", () => {
  test("CONN8: what was noted is there after a restart, counts on, and can be forgotten for good", async () => {
    const first = new Refusals({ store, logger, now: () => 1_000 });
    first.note({ ...NOTE, generation: "current", userAgent: "connect-go/1.20.0", message: "words" });
    first.note({ ...NOTE, cause: "clock" });
    const before = first.list();
    await first.close();
    const second = await loaded(2_000);
    expect(second.list()).toEqual(expect.arrayContaining(before));
    second.note({ ...NOTE, generation: "current" });
    expect(second.list()[0]).toMatchObject({ cause: "unknown-key", count: 2, firstMs: 1_000, lastMs: 2_000 });
    expect(second.forget([second.list()[1]?.id ?? "", "never there"])).toBe(1);
    await second.close();
    const third = await loaded(3_000);
    expect(third.list()).toMatchObject([{ cause: "unknown-key", count: 2 }]);
    expect(third.forget("all")).toBe(1);
    await third.close();
    expect(await store.listRefusals()).toEqual([]);
  });

  test("CONN8: a flood is written once in a while, and the file stays small", async () => {
    let saves = 0;
    const counting = {
      listRefusals: () => store.listRefusals(),
      saveRefusals: (changes: Parameters<Store["saveRefusals"]>[0]) => {
        saves += 1;
        return store.saveRefusals(changes);
      },
    };
    const refusals = new Refusals({ store: counting, logger, now: Date.now, saveAfterMs: 100 });
    for (let n = 0; n < 100_000; n++) {
      refusals.note({ cause: "flood", address: `10.${n & 255}.${(n >> 8) & 255}.1`, message: "m".repeat(500) });
      if (n % 10_000 === 0) await delay(1);
    }
    await refusals.close();
    expect(saves).toBeLessThan(100);
    expect(await store.listRefusals()).toHaveLength(1_000);
    expect(refusals.counts.get("flood")).toBe(100_000);
    expect(statSync(join(folder, "hub.sqlite")).size).toBeLessThan(16 << 20);
  }, 60_000);

  test("CONN8: what the store did not take is tried again", async () => {
    let failures = 1;
    const failing = {
      listRefusals: () => store.listRefusals(),
      saveRefusals: (changes: Parameters<Store["saveRefusals"]>[0]) =>
        failures-- > 0 ? Promise.reject(new HubError("unavailable", "the disk is full")) : store.saveRefusals(changes),
    };
    const refusals = new Refusals({ store: failing, logger, now: Date.now, saveAfterMs: 20 });
    refusals.note(NOTE);
    await eventually(async () => expect(await store.listRefusals()).toHaveLength(1));
    await refusals.close();
  });

  test("CONN9: a watcher gets what is there, what comes and what goes, each entry's latest state only", async () => {
    const refusals = new Refusals({ store, logger, now: Date.now });
    refusals.note(NOTE);
    const watcher = refusals.watch();
    const [{ id } = { id: "" }] = refusals.list();
    for (let n = 0; n < 1_000; n++) refusals.note(NOTE);
    expect(await watcher.next(1_000)).toMatchObject({ id, entry: { count: 1_001 } });
    expect(await watcher.next(1)).toBeUndefined();
    refusals.note({ ...NOTE, cause: "clock" });
    refusals.forget("all");
    expect(await watcher.next(1_000)).toEqual({ id, entry: undefined });
    expect(await watcher.next(1)).toBeUndefined();
    refusals.stop(new HubError("unavailable", "stopping"));
    await expect(watcher.next(1_000)).rejects.toThrow("stopping");
    watcher.close();
    await refusals.close();
  });
});

async function loaded(nowMs: number): Promise<Refusals> {
  const refusals = new Refusals({ store, logger, now: () => nowMs });
  await refusals.load();
  return refusals;
}
