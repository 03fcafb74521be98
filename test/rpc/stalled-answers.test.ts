import { connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "@jest/globals";
import { GetOperationsRequestSchema } from "../../gen/v1/service_pb.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { HubWithPeers } from "../support/hub-with-peers.js";
import { backup, SUCCESS } from "../support/sample-operations.js";
import type { TestHub } from "../support/test-hub.js";

const hubs: HubWithPeers[] = [];
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});

/** A hub with one machine's history of these many bytes. */
async function filled(operations: number, bytesEach: number, flags = {}) {
  const started = await HubWithPeers.start(flags);
  hubs.push(started);
  const peer = await started.addPeer("laptop");
  const displayMessage = "x".repeat(bytesEach);
  for (let n = 0; n < operations; n++) peer.history.add(backup("plan", { status: SUCCESS, displayMessage }));
  await peer.connect();
  await eventually(
    async () => expect((await callHub(started.hub).hub.getStatus({})).operationCount).toBe(BigInt(operations)),
    20_000,
  );
  return started;
}

describe("readers that do not read", () => {
  test("OPS8: are cut, and others are answered meanwhile", async () => {
    const { hub } = await filled(1_000, 2_000, { "watcher-stall-timeout": "1s" });
    const stalled = Array.from({ length: 6 }, () => stalledReader(hub));
    await Promise.all(stalled.map(({ answered }) => answered));
    const began = Date.now();
    const { operations } = await callHub(hub).backrest.getOperations({ selector: { planId: "plan" }, lastN: 10n });
    expect(operations).toHaveLength(10);
    expect(Date.now() - began).toBeLessThan(5_000);
    await Promise.all(stalled.map(({ closed }) => closed));
    expect((await callHub(hub).backrest.getOperations({ selector: {} })).operations).toHaveLength(1_000);
  }, 60_000);

  test("OPS8: what they hold is bounded in all: beyond it others wait, and get their answer once they are cut", async () => {
    const { hub } = await filled(1_000, 26_000, { "watcher-stall-timeout": "3s" });
    // Five answers of 26 MiB are more than 128 MiB.
    const stalled = Array.from({ length: 5 }, () => stalledReader(hub));
    await Promise.all(stalled.slice(0, 4).map(({ answered }) => answered));
    let later = false;
    const last = callHub(hub)
      .backrest.getOperations({ selector: {} })
      .then((list) => {
        later = true;
        return list;
      });
    expect((await callHub(hub).backrest.getOperations({ selector: {}, lastN: 3n })).operations).toHaveLength(3);
    expect(later).toBe(false);
    expect((await last).operations).toHaveLength(1_000);
    await Promise.all(stalled.map(({ closed }) => closed));
  }, 90_000);
});

/** Asks for everything with a window of 1 KiB, and reads nothing. */
function stalledReader(hub: TestHub): { readonly answered: Promise<void>; readonly closed: Promise<void> } {
  const request = create(GetOperationsRequestSchema, { selector: {} });
  const session = connect(hub.url, { settings: { initialWindowSize: 1024 } });
  const stream = session.request({
    ":method": "POST",
    ":path": "/v1.Backrest/GetOperations",
    "content-type": "application/proto",
    authorization: `Bearer ${hub.token}`,
  });
  const answered = new Promise<void>((resolve) => {
    stream.once("response", () => resolve());
  });
  const closed = new Promise<void>((resolve) => {
    const done = () => {
      session.destroy();
      resolve();
    };
    stream.on("error", done).on("close", done);
    session.on("error", done).on("close", done);
  });
  stream.end(toBinary(GetOperationsRequestSchema, request));
  return { answered, closed };
}
