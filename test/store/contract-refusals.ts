import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RefusalRecord } from "../../src/store/refusals.js";
import type { Store } from "../../src/store/store.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

const FULL: RefusalRecord = {
  id: "0123456789abcdef",
  cause: "clock",
  address: "2001:db8::1",
  generation: "seed",
  userAgent: "connect-go/1.19.1",
  instanceId: "ünïcode",
  keyid: "ecdsa.a",
  message: "words",
  firstMs: 1_000,
  lastMs: 9_000,
  count: 7,
  settled: true,
};
const { generation: _, ...BARE } = {
  ...FULL,
  id: "bare",
  cause: "flood",
  keyid: "",
  lastMs: 500,
  settled: false,
} as const;

export function describeRefusals(open: OpenTestStore): void {
  describe("refused connections", () => {
    let opened: TestStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.dispose());

    test("CONN8: entries are kept whole, the longest unseen first, and survive a restart", async () => {
      await store.saveRefusals({ put: [FULL, BARE], removed: [] });
      expect(await (await opened.reopen()).listRefusals()).toEqual([BARE, FULL]);
    });

    test("CONN8: an entry that comes again takes the place of the one that is kept; removed ones are gone", async () => {
      await store.saveRefusals({ put: [FULL, BARE], removed: [] });
      const again = { ...FULL, count: 8, lastMs: 10_000, message: "others" };
      await store.saveRefusals({ put: [again], removed: [BARE.id, "never there"] });
      expect(await store.listRefusals()).toEqual([again]);
    });
  });
}
