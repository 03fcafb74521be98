import { Code, createClient } from "@connectrpc/connect";
import { afterEach, expect, test } from "@jest/globals";
import { PeersService } from "../../gen/hub/v1/peers_pb.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { bearer, tokenFor, transportWith } from "../support/callers.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { addPushPeer, pushClient, READ, RECEIVE, repo } from "../support/push-peers.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** A machine that calls itself `laptop` and waits with a key of its own. */
async function impostor(hub: TestHub): Promise<string> {
  const machine = new CurrentPeer({ url: hub.url, instanceId: "laptop" });
  open.push({ close: () => machine.kill() });
  const { keyid } = machine.identity;
  await expect(machine.connect()).rejects.toThrow();
  await eventually(async () =>
    expect((await callHub(hub).peers.listPeers({})).knocks).toContainEqual(expect.objectContaining({ keyid })),
  );
  return keyid;
}

async function hubWithLaptop(): Promise<TestHub> {
  const hub = await startTestHub();
  open.push(hub);
  const machine = await addPushPeer(hub, "laptop", { generation: "current", grants: [READ, RECEIVE] });
  open.push({ close: () => machine.peer.kill() });
  return hub;
}

test("ACC23: an operator does not get shared repos by a machine that calls itself like one that has them", async () => {
  const hub = await hubWithLaptop();
  const pushes = pushClient(hub);
  await pushes.putSharedRepo({ repo: repo("offsite") });
  await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
  const keyid = await impostor(hub);
  const operator = createClient(PeersService, transportWith(hub.url, bearer(await tokenFor(hub, "operator"))));
  await expect(operator.approvePeer({ keyid })).rejects.toMatchObject({
    code: Code.PermissionDenied,
    rawMessage: expect.stringContaining("an admin of the hub has to let it in"),
  });
  expect(await callHub(hub).peers.approvePeer({ keyid })).toMatchObject({ peer: { keyid } });
});

test("ACC23: a machine that is sent nothing gets its new key from an operator", async () => {
  const hub = await hubWithLaptop();
  const keyid = await impostor(hub);
  const operator = createClient(PeersService, transportWith(hub.url, bearer(await tokenFor(hub, "operator"))));
  expect(await operator.approvePeer({ keyid })).toMatchObject({ peer: { keyid } });
});

test("ACC23: nor by a key that the machine had before, also where it was removed meanwhile", async () => {
  const hub = await hubWithLaptop();
  const { peers } = callHub(hub);
  const [{ keyid: before } = { keyid: "" }] = (await peers.listPeers({})).peers;
  await peers.approvePeer({ keyid: await impostor(hub) });
  const pushes = pushClient(hub);
  await pushes.putSharedRepo({ repo: repo("offsite") });
  await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop" });
  const operator = createClient(PeersService, transportWith(hub.url, bearer(await tokenFor(hub, "operator"))));
  const addAgain = () => operator.addPeer({ instanceId: "laptop", keyid: before });
  await expect(addAgain()).rejects.toMatchObject({ code: Code.PermissionDenied });
  await operator.removePeer({ peer: { case: "instanceId", value: "laptop" } });
  await expect(addAgain()).rejects.toMatchObject({ code: Code.PermissionDenied });
  expect(await peers.addPeer({ instanceId: "laptop", keyid: before })).toMatchObject({ peer: { keyid: before } });
});
