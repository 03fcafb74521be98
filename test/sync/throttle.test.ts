import { afterEach, describe, expect, test } from "@jest/globals";
import { callHub, eventually } from "../support/hub-calls.js";
import { backup, SUCCESS } from "../support/sample-operations.js";
import {
  closeAll,
  connectedPeer,
  expectWell,
  read,
  received,
  refOf,
  testHub,
  withBystander,
} from "../support/log-peers.js";

afterEach(closeAll);

describe("throttle", () => {
  test("THR1: a peer that asks for quiet is asked for nothing until it is over", async () => {
    const hub = await testHub();
    const peer = await connectedPeer(hub, { readLog: () => ({ content: Buffer.from("log") }) });
    const { id } = peer.history.add({ ...backup(), status: SUCCESS, logref: "t-1" });
    const ref = await refOf(hub, peer, id);
    await peer.sendItem({ action: { case: "throttle", value: { delayMs: 1_500n } } });
    await peer.sendItem({ action: { case: "throttle", value: { delayMs: -(2n ** 63n) } } });
    const began = Date.now();
    // What is sent behind the throttle has been read when it shows.
    await expectWell(hub, peer);
    expect(String(await read(hub, ref))).toBe("log");
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_300);
  });

  test("THR2: an enormous delay does not silence the hub for longer than a minute, nor end anything", async () => {
    const { hub, bystander, peer } = await withBystander();
    await peer.sendItem({ action: { case: "throttle", value: { delayMs: 2n ** 63n - 1n } } });
    await expectWell(hub, peer);
    await expectWell(hub, bystander);
  });

  test("THR3: a peer that fills more than its share is told to wait, and everything of it is stored", async () => {
    const hub = await testHub({ "session-queue-max-bytes": "2MiB", "message-max-bytes": "1MiB" });
    const peer = await connectedPeer(hub, {});
    // Behind the answer to the request for its history, which would hold all of them in one message.
    await eventually(() => expect(received(peer, "requestResources")).toHaveLength(2));
    const displayMessage = "x".repeat(200_000);
    let added = 0;
    const stored = async () => Number((await callHub(hub).hub.getStatus({})).operationCount);
    // How much is too much depends on how fast this machine stores it; what the peer itself has yet to send must not pile up.
    while (received(peer, "throttle").length === 0 && added < 600) {
      for (let n = 0; n < 60; n++) peer.history.add({ ...backup(), displayMessage });
      added += 60;
      await eventually(async () => {
        if (received(peer, "throttle").length === 0) expect(await stored()).toBe(added);
      }, 10_000);
    }
    expect(received(peer, "throttle").length).toBeGreaterThan(0);
    for (const { action } of received(peer, "throttle")) {
      const delayMs = action.case === "throttle" ? Number(action.value.delayMs) : 0;
      expect(delayMs).toBeGreaterThanOrEqual(100);
      expect(delayMs).toBeLessThanOrEqual(5_000);
    }
    await eventually(async () => expect(await stored()).toBe(added), 15_000);
    expect(peer.state).toMatchObject({ name: "open" });
  });
});
