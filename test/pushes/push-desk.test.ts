import { join } from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { restoreMasked } from "../../src/access/restore.js";
import { createSealer } from "../../src/access/sealing.js";
import type { PushTarget, WaitingPush } from "../../src/fleet/push-target.js";
import { PUSH_EXPIRES_MS, PushDesk } from "../../src/pushes/push-desk.js";
import { SharedRepos } from "../../src/pushes/shared-repos.js";
import { Vault } from "../../src/pushes/vault.js";
import { openStore } from "../../src/store/open.js";
import type { PeerRecord, Store } from "../../src/store/store.js";
import { temporaryDirectory } from "../store/operations.js";
import { eventually } from "../support/hub-calls.js";
import { repo } from "../support/push-peers.js";

const KEYID = "key-1";
const WRITE = [{ type: GrantType.PERMISSION_READ_WRITE_CONFIG, scopes: ["*"] }];

/** A session as far as pushes see it. */
class Target implements PushTarget {
  readonly pushes: WaitingPush[] = [];
  hasAnswered = true;

  push(push: WaitingPush): void {
    this.pushes.push(push);
  }
}

describe("pushes of a peer", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: Store;
  let desk: PushDesk;
  let peer: PeerRecord;
  let nowMs: number;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    store = await openStore({ file: join(directory.path, "hub.sqlite") });
    peer = await store.addPeer({ instanceId: "laptop", keyid: KEYID, generation: "current", atMs: 1 });
    await store.setHostGrants({ peerId: peer.id, grants: WRITE });
    nowMs = 1_000;
    desk = newDesk();
  });
  afterEach(async () => {
    await desk.close();
    await store.close();
    await directory.remove();
  });

  test("PUSH13: a session that answers and goes on has taken it unchanged: it cannot confirm", async () => {
    const target = await flying();
    target.hasAnswered = true;
    await eventually(async () => expect(await latest()).toMatchObject({ state: "sent" }));
    expect(await store.findHostGrants(peer.id)).toMatchObject({ grants: WRITE });
  });

  test("PUSH13: one that shows its configuration and goes on has refused", async () => {
    await flying({ modno: 1, repos: [repo("other")] });
    await eventually(async () => expect(await latest()).toMatchObject({ state: "refused" }));
    // Not for want of a permission: the session would be over.
    expect(await store.findHostGrants(peer.id)).toMatchObject({ grants: WRITE });
  });

  test("PUSH13: while the session has not answered nothing is decided", async () => {
    const target = await flying({ modno: 1 }, false);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await latest()).toMatchObject({ state: "pending", sentMs: 1_000 });
    target.hasAnswered = true;
    await eventually(async () => expect(await latest()).toMatchObject({ state: "sent" }));
  });

  test("PUSH9: what a displaced session says or how it ends counts for nothing any more", async () => {
    const old = await flying({ modno: 1 }, false);
    desk.detach(peer.id, old, "displaced");
    const target = new Target();
    desk.attach(peer, target);
    desk.configCame(peer.id, old, config({ modno: 1 }));
    desk.sent(peer.id, old, 1);
    desk.detach(peer.id, old, "silent");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await latest()).toMatchObject({ state: "pending" });
    desk.configCame(peer.id, target, config({ modno: 2, repos: [repo("r")] }));
    await eventually(async () => expect(await latest()).toMatchObject({ state: "applied" }));
  });

  test("PUSH13: what was lost on the way is sent again, three times in all", async () => {
    let target = await flying({ modno: 1 }, false);
    for (let attempt = 2; attempt <= 3; attempt++) {
      desk.detach(peer.id, target, "transport");
      target = connect({ modno: 1 });
      await eventually(() => expect(target.pushes).toHaveLength(1));
      sent(target);
      target.hasAnswered = false;
    }
    desk.detach(peer.id, target, "transport");
    target = connect({ modno: 1 });
    await eventually(async () => expect(await latest()).toMatchObject({ state: "refused", attempts: 3 }));
    expect(target.pushes).toEqual([]);
  });

  test("PUSH6: a hub that ended while a push was on its way sends it again, unless it is there", async () => {
    await flying({ modno: 1 }, false);
    await desk.close();
    desk = newDesk();
    const target = connect({ modno: 2, repos: [repo("r")] });
    await eventually(async () => expect(await latest()).toMatchObject({ state: "applied", attempts: 1 }));
    expect(target.pushes).toEqual([]);
  });

  test("PUSH7: what a session was given and did not send is given to the next", async () => {
    await desk.submit(KEYID, change("r"), "admin");
    const first = connect({ modno: 1 });
    await eventually(() => expect(first.pushes).toHaveLength(1));
    desk.detach(peer.id, first, "displaced");
    const second = connect({ modno: 1 });
    await eventually(() => expect(second.pushes).toHaveLength(1));
    expect(await latest()).toMatchObject({ state: "pending", attempts: 0 });
  });

  test("PUSH2: a push that was overtaken by the machine's own change is not sent", async () => {
    await desk.submit(KEYID, change("r"), "admin");
    const target = connect({ modno: 5, repos: [repo("r")] });
    await eventually(async () => expect(await latest()).toMatchObject({ state: "applied" }));
    expect(target.pushes).toEqual([]);
    expect(await desk.submit(KEYID, change("r"), "admin")).toBeUndefined();
  });

  test("PUSH13: what waits for 30 days ends, and so does what waits for a peer that is removed", async () => {
    await desk.submit(KEYID, change("r"), "admin");
    nowMs += PUSH_EXPIRES_MS - 1_000;
    await desk.submit(KEYID, change("s"), "admin");
    await desk.sweep();
    expect(await states()).toEqual(["pending", "pending"]);
    nowMs += 1_001;
    await desk.sweep();
    expect(await states()).toEqual(["expired", "pending"]);
    await store.removePeer(peer.id, nowMs);
    await desk.sweep();
    expect(await states()).toEqual(["expired", "superseded"]);
  });

  test("PUSH6: with another sealing key what waits ends in words, and shared repos are left out", async () => {
    const repos = newRepos();
    await repos.put(repo("offsite"));
    await desk.submit(KEYID, change("r"), "admin");
    await desk.close();
    desk = newDesk(8);
    connect({ modno: 1 });
    await eventually(async () =>
      expect(await latest()).toMatchObject({ state: "superseded", words: expect.stringContaining("sealing key") }),
    );
    const others = newRepos(8);
    await others.load();
    expect(others.list()).toEqual([]);
  });

  test("PUSH8: nothing that is stored shows a secret", async () => {
    await newRepos().put(repo("offsite"));
    await desk.submit(KEYID, change("r"), "admin");
    const [{ sealedRepo } = { sealedRepo: new Uint8Array() }] = await store.listSharedRepos();
    const { sealedChange } = await latest();
    for (const bytes of [sealedRepo, sealedChange]) {
      expect(bytes.length).toBeGreaterThan(50);
      expect(Buffer.from(bytes).includes("password of")).toBe(false);
    }
    expect(Buffer.from(toBinary(SetConfigSchema, change("r"))).includes("password of")).toBe(true);
  });

  /** A push that is on its way. */
  async function flying(shown: MessageInitShape<typeof RemoteConfigSchema> = { modno: 1 }, answered = true) {
    await desk.submit(KEYID, change("r"), "admin");
    const target = connect(shown);
    target.hasAnswered = answered;
    await eventually(() => expect(target.pushes).toHaveLength(1));
    sent(target);
    return target;
  }

  function connect(shown: MessageInitShape<typeof RemoteConfigSchema>): Target {
    const target = new Target();
    desk.attach(peer, target);
    desk.configCame(peer.id, target, config(shown));
    return target;
  }

  function sent(target: Target): void {
    for (const { id } of target.pushes) desk.sent(peer.id, target, id);
  }

  async function latest() {
    const [push] = await store.listPushes({ limit: 1 });
    if (push === undefined) throw new Error("there is no push");
    return push;
  }

  async function states(): Promise<string[]> {
    return (await store.listPushes({ limit: 9 })).map(({ state }) => state).reverse();
  }

  function parts(key: number) {
    return {
      store,
      vault: new Vault(createSealer(new Uint8Array(32).fill(key))),
      logger: pino({ level: "silent" }),
      now: () => nowMs,
      hubInstanceId: "hub",
      restore: restoreMasked,
      confirmMs: 50,
    };
  }

  function newRepos(key = 7): SharedRepos {
    return new SharedRepos(parts(key));
  }

  function newDesk(key = 7): PushDesk {
    return new PushDesk({ ...parts(key), sharedRepos: newRepos(key) });
  }
});

function config(shown: MessageInitShape<typeof RemoteConfigSchema>) {
  return create(RemoteConfigSchema, shown);
}

function change(id: string) {
  return create(SetConfigSchema, { repos: [repo(id)] });
}
