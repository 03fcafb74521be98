import { describe, expect, test } from "@jest/globals";
import { RefusedMachines } from "../../src/connections/refused-machines.js";
import type { RefusalCause } from "../../src/refusal.js";
import type { RefusalRecord } from "../../src/store/refusals.js";
import type { PeerKeyRecord } from "../../src/store/store.js";

const KEYS: readonly PeerKeyRecord[] = [
  { keyid: "old", generation: "seed", addedMs: 10, current: false },
  { keyid: "now", generation: "current", addedMs: 100, current: true },
];

function entry(cause: RefusalCause, keyid: string, lastMs: number, id = `${cause}/${keyid}`): RefusalRecord {
  return {
    id,
    cause,
    keyid,
    lastMs,
    firstMs: 1,
    settled: false,
    count: 2,
    address: "1.2.3.4",
    instanceId: "web-1",
    userAgent: "",
    message: "",
  };
}

function recordOf(...entries: readonly RefusalRecord[]): RefusedMachines {
  const machines = new RefusedMachines();
  for (const one of entries) machines.changed(one.id, one);
  return machines;
}

describe("machines that are refused", () => {
  test.each<[string, readonly RefusalRecord[], number, RefusalCause | undefined]>([
    ["of several the newest", [entry("clock", "now", 300), entry("instance-renamed", "now", 200)], 0, "clock"],
    ["nothing from before its last session", [entry("clock", "now", 300)], 300, undefined],
    ["nothing from before its key was let in", [entry("unknown-key", "now", 100)], 0, undefined],
    ["its own old key, which it proved", [entry("key-replaced", "old", 300)], 0, "key-replaced"],
    ["not its old key where nothing proves it", [entry("bad-handshake", "old", 300)], 0, undefined],
    [
      "not whoever has its name",
      [entry("key-changed", "stranger", 300), entry("instance-taken", "", 301)],
      0,
      undefined,
    ],
    ["not how its sessions end", [entry("connection-lost", "now", 300), entry("key-shared", "now", 301)], 0, undefined],
  ])("HV65: %s", (_what, entries, sinceMs, cause) => {
    expect(recordOf(...entries).newest(KEYS, sinceMs)?.cause).toBe(cause);
  });

  test("HV65: an entry that is forgotten is gone, and its words say which key to approve", () => {
    const machines = recordOf(entry("key-changed", "now", 300));
    expect(machines.newest(KEYS, 0)).toMatchObject({ count: 2, cure: expect.stringContaining("peers approve now") });
    expect(machines.changed("key-changed/now", undefined)).toBe("now");
    expect(machines.newest(KEYS, 0)).toBeUndefined();
    expect(machines.changed("nobody", undefined)).toBeUndefined();
  });
});
