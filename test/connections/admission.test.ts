import { describe, expect, test } from "@jest/globals";
import { PeerAdmission } from "../../src/connections/admission.js";
import { KnockList } from "../../src/connections/knocks.js";
import type { PeerHello } from "../../src/dialect/dialect.js";
import { parseNetworks } from "../../src/networks.js";
import type { PeerRecord, Store } from "../../src/store/store.js";

const HELLO: PeerHello = {
  generation: "seed",
  keyid: "ecdsa.a",
  instanceId: "one",
  clearText: true,
  pairingSecret: "",
  capabilities: [],
};
const PEER: PeerRecord = {
  id: 1,
  instanceId: "one",
  keys: [
    { keyid: "ecdsa.old", generation: "seed", addedMs: 0, current: false },
    { keyid: "ecdsa.a", generation: "seed", addedMs: 1, current: true },
  ],
  addedMs: 0,
  facts: {},
  operationCount: 0n,
  poisonCount: 0n,
};

describe("admission", () => {
  const from = (address: string, loopback = false) => ({ address, loopback, encrypted: false });

  test("HS7: clear-text peers are let in from this machine", async () => {
    await expect(admission().admit(HELLO, from("127.0.0.1", true))).resolves.toBe(PEER);
  });

  test("HS7: and from the networks that are named", async () => {
    await expect(admission("10.8.0.0/24").admit(HELLO, from("10.8.0.7"))).resolves.toBe(PEER);
  });

  test("HS7: from elsewhere they are refused with the way out, and listed", async () => {
    const knocks = new KnockList(5);
    const refused = admission("10.8.0.0/24", knocks).admit(HELLO, from("10.9.0.7"));
    await expect(refused).rejects.toMatchObject({
      code: "permission_denied",
      message: expect.stringMatching(/10\.9\.0\.7.*--allow-clear-text-peers/),
    });
    expect(knocks.list()).toMatchObject([{ reason: "clear-text", address: "10.9.0.7" }]);
  });

  test("HS7: a session that nobody can read is let in from anywhere", async () => {
    await expect(admission().admit({ ...HELLO, clearText: false }, from("192.0.2.1"))).resolves.toBe(PEER);
  });

  test("HS5: a key that the peer has replaced is refused", async () => {
    const old = { ...HELLO, keyid: "ecdsa.old" };
    await expect(admission().admit(old, from("127.0.0.1", true))).rejects.toMatchObject({ code: "permission_denied" });
  });
});

/** The store's two look-ups are all that admission needs of it. */
function admission(networks?: string, knocks = new KnockList(5)): PeerAdmission {
  const named = parseNetworks(networks === undefined ? [] : [networks]);
  const store: Pick<Store, "findPeerByKey" | "findPeerByInstance"> = {
    findPeerByKey: async (keyid) => (PEER.keys.some((key) => key.keyid === keyid) ? PEER : undefined),
    findPeerByInstance: async () => PEER,
  };
  return new PeerAdmission({
    store,
    knocks,
    pairing: { attempt: () => Promise.reject(new Error("no secret came")) },
    onWrongSecret: () => {},
    own: { instanceId: "hub", keyids: [] },
    allowsClearText: (address) => named.contains(address),
    onKnock: () => {},
    isConnected: () => false,
    now: () => 0,
  });
}
