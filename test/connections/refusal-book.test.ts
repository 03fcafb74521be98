import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "@jest/globals";
import { Alternation } from "../../src/connections/alternation.js";
import { claimedText } from "../../src/connections/claimed-text.js";
import { clientVersion } from "../../src/connections/client-version.js";
import { BOOK_LIMITS, RefusalBook } from "../../src/connections/refusal-book.js";
import { REFUSAL_WORDS } from "../../src/connections/refusal-words.js";
import { REFUSAL_CAUSES } from "../../src/refusal.js";

const NOTE = { cause: "unknown-key", address: "10.0.0.7", keyid: "ed25519.a", instanceId: "tower" } as const;

describe("the record of refused connections", () => {
  test("CONN2: equal ones are one entry with a count, whose first and last time and last words are kept", () => {
    const book = new RefusalBook();
    book.note({ ...NOTE, message: "one", userAgent: "connect-go/1.19.1" }, 1_000);
    const { entry } = book.note({ ...NOTE, message: "two", userAgent: "connect-go/1.20.0" }, 5_000);
    expect(book.list()).toEqual([entry]);
    expect(entry).toMatchObject({
      firstMs: 1_000,
      lastMs: 5_000,
      count: 2,
      message: "two",
      userAgent: "connect-go/1.20.0",
    });
  });

  test("CONN2: another cause, address, key or name is another entry, whatever stands in them", () => {
    const book = new RefusalBook();
    for (const different of [
      {},
      { cause: "clock" as const },
      { address: "10.0.0.8" },
      { keyid: 'ed25519.a","tower' },
      { keyid: "ed25519.a", instanceId: "__proto__" },
      { generation: "seed" as const },
    ]) {
      book.note({ ...NOTE, ...different }, 1);
    }
    expect(new Set(book.list().map(({ id }) => id)).size).toBe(6);
  });

  test("CONN3: a million refusals leave no more entries than there is room for, and the latest of each kind stay", () => {
    const book = new RefusalBook();
    const before = heapAfterCollection();
    for (let n = 0; n < 1_000_000; n++) {
      const address = `${n & 255}.${(n >> 8) & 255}.${(n >> 16) & 255}.1`;
      book.note({ cause: "silent-connection", address, userAgent: `scanner ${n}`, message: "x".repeat(600) }, n);
      if (n % 100_000 === 0) book.note({ ...NOTE, instanceId: `machine-${n}` }, n);
    }
    expect(book.size).toBe(BOOK_LIMITS.entriesPerShelf + 10);
    expect(book.list().filter(({ keyid }) => keyid !== "")).toHaveLength(10);
    expect(book.list()[0]?.lastMs).toBe(999_999);
    expect(heapAfterCollection() - before).toBeLessThan(16 << 20);
  }, 180_000);

  test("CONN3: one address, or one IPv6 network, takes only its share, and pushes out only its own", () => {
    const book = new RefusalBook();
    book.note(NOTE, 0);
    for (let n = 0; n < 10_000; n++) {
      book.note({ ...NOTE, address: `2001:db8::${n.toString(16)}`, keyid: `ed25519.${n}` }, n);
    }
    expect(book.size).toBe(BOOK_LIMITS.entriesPerOwner + 1);
    expect(book.list().map(({ address }) => address)).toContain(NOTE.address);
  });

  test("CONN4: what strangers claim is cut, and what steers terminals or text is written out", () => {
    expect(claimedText("a\u001b[31mb\u202ec\u0000\u200b\ufeff\u2028")).toBe(
      "a\\u{1b}[31mb\\u{202e}c\\u{0}\\u{200b}\\u{feff}\\u{2028}",
    );
    expect(claimedText("x".repeat(5_000))).toBe(`${"x".repeat(128)}…`);
    expect(claimedText("\ud800broken")).toBe("\ufffdbroken");
    const [entry] = listOf({ ...NOTE, instanceId: "\u202e".repeat(9_999), message: "\u0007".repeat(9_999) });
    expect(JSON.stringify(entry).length).toBeLessThan(8_000);
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(JSON.stringify(entry)).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  test("CONN5: every cause has a sentence and a cure, and each is its own", () => {
    for (const cause of REFUSAL_CAUSES) {
      expect(REFUSAL_WORDS[cause].sentence).toMatch(/^[A-Z].{15,}\.$/);
      expect(REFUSAL_WORDS[cause].cure.length).toBeGreaterThan(20);
    }
    expect(new Set(REFUSAL_CAUSES.map((cause) => REFUSAL_WORDS[cause].sentence)).size).toBe(REFUSAL_CAUSES.length);
  });

  test("CONN6: a program is named where its way to talk tells", () => {
    expect(clientVersion("connect-go/1.19.1 (go1.24)", "seed")).toBe("Backrest v1.11 or v1.12");
    expect(clientVersion("connect-go/1.19.1", "current")).toBe("Backrest v1.13");
    expect(clientVersion("connect-go/1.20.0", undefined)).toBe("Backrest v1.14");
    expect(clientVersion("connect-go/9", "current")).toBe("Backrest v1.13 or later");
    expect(clientVersion("curl/8", undefined)).toBe("");
  });
});

describe("one key from two addresses", () => {
  test("CONN7: sessions that displace each other by turns tell of it; a move to another network does not", () => {
    const alternation = new Alternation();
    const minute = 60_000;
    expect(alternation.displaced(1, "a", "b", 0)).toBe(false);
    expect(alternation.displaced(1, "b", "a", minute)).toBe(false);
    expect(alternation.displaced(1, "a", "b", 2 * minute)).toBe(true);
    expect(alternation.displaced(1, "b", "a", 10 * minute)).toBe(true);
    expect(alternation.displaced(2, "a", "b", 0)).toBe(false);
    expect(alternation.displaced(2, "b", "c", minute)).toBe(false);
    expect(alternation.displaced(2, "c", "d", 2 * minute)).toBe(false);
    // Once a working day between office and home.
    for (let day = 0; day < 10; day++) {
      expect(alternation.displaced(3, "home", "office", day * 1440 * minute)).toBe(false);
      expect(alternation.displaced(3, "office", "home", (day * 1440 + 600) * minute)).toBe(false);
    }
    // A change of the configuration dials again from the same address.
    for (let n = 0; n < 10; n++) expect(alternation.displaced(4, "a", "a", n)).toBe(false);
  });

  test("CONN7: only so many peers are remembered", () => {
    const alternation = new Alternation({ displacements: 2, withinMs: 1_000, maxPeers: 2 });
    for (const peer of [1, 2, 3]) alternation.displaced(peer, "a", "b", 0);
    expect(alternation.displaced(1, "b", "a", 1)).toBe(false);
    expect(alternation.displaced(3, "b", "a", 1)).toBe(true);
  });
});

function listOf(note: Parameters<RefusalBook["note"]>[0]) {
  const book = new RefusalBook();
  book.note(note, 0);
  return book.list();
}

function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
