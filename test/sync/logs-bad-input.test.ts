import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { SeedPeer } from "../../src/client/peer.js";
import { eventually } from "../support/hub-calls.js";
import { backup, ERROR, SUCCESS } from "../support/sample-operations.js";
import {
  answers,
  closeAll,
  connectedPeer,
  expectWell,
  keptLogs,
  logData,
  read,
  refOf,
  testHub,
  withBystander,
} from "../support/log-peers.js";

afterEach(closeAll);

describe("bad input", () => {
  const endings: Record<string, Parameters<SeedPeer["sendItem"]>[0]> = {
    "a log that was not asked for": logData("x", 10),
    "a log named like a path": logData("../../etc/passwd", 10),
    "a log with a NUL in its name": logData("a\0b", 10),
    "a log with a name of 10 KiB": logData("x".repeat(10_240), 10),
    "an end of no log": logData("", 0),
  };
  for (const [name, item] of Object.entries(endings)) {
    test(`LOGS11: ${name} ends that session with words, and nothing else`, async () => {
      const { hub, bystander, peer } = await withBystander();
      await peer.sendItem(item);
      const end = await peer.session?.ended;
      expect(end).toMatchObject({ cause: "host", code: Code.InvalidArgument });
      expect(end?.message).toContain("did not ask for");
      await expectWell(hub, bystander);
      await peer.connect();
    });
  }

  test("LOGS10: a log without an end ends that session with words, and nothing else", async () => {
    const { hub, bystander, peer } = await withBystander({
      onItem: async (item) => {
        if (item.action.case !== "requestLog") return;
        while (await peer.sendItem(logData("t-1", 1 << 20))) await new Promise((resolve) => setImmediate(resolve));
      },
    });
    const { id } = peer.history.add({ ...backup(), status: ERROR, logref: "t-1" });
    await refOf(hub, peer, id);
    const ended = { cause: "protocol", code: "resource_exhausted", instance: "machine" };
    await eventually(() => expect(hub.log).toContainEqual(expect.objectContaining(ended)), 15_000);
    await expectWell(hub, bystander);
  });

  test("LOGS12: a peer that asks the hub for a log, whatever its name, is told that there is none", async () => {
    const { hub, bystander, peer } = await withBystander();
    const names = ["t-1", "../../etc/passwd", "a\0b", "", "x".repeat(10_240)];
    for (const logId of names) await peer.sendItem({ action: { case: "requestLog", value: { logId } } });
    await eventually(() => expect(answers(peer)).toHaveLength(names.length));
    expect(answers(peer).map(({ logId }) => logId)).toEqual(names.map((name) => name.slice(0, 128)));
    expect(new Set(answers(peer).map(({ errorMessage }) => errorMessage))).toEqual(
      new Set(["the hub keeps no log of that name"]),
    );
    await expectWell(hub, bystander);
    await expectWell(hub, peer);
  });

  const disorders: Record<string, readonly Parameters<typeof pieceOf>[]> = {
    "the end before the pieces": [
      ["t-1", ""],
      ["t-1", "late"],
      ["t-1", "later"],
    ],
    "pieces behind the end": [
      ["t-1", "log"],
      ["t-1", ""],
      ["t-1", "more"],
      ["t-1", ""],
    ],
    "two ends": [
      ["t-1", "log"],
      ["t-1", ""],
      ["t-1", ""],
    ],
    "pieces behind an error": [
      ["t-1", "log"],
      ["t-1", "", "gone"],
      ["t-1", "more"],
      ["t-1", ""],
    ],
  };
  for (const [name, pieces] of Object.entries(disorders)) {
    test(`LOGS10: ${name}: what comes late is thrown away, and the next log is whole`, async () => {
      const { hub, bystander, peer } = await withBystander({
        readLog: (id) => (id === "t-2" ? { content: Buffer.from("second") } : undefined),
        onItem: async (item) => {
          if (item.action.case !== "requestLog" || item.action.value.logId !== "t-1") return;
          for (const piece of pieces) await peer.sendItem(pieceOf(...piece));
        },
      });
      const [first, second] = ["t-1", "t-2"].map((logref) =>
        peer.history.add({ ...backup(), status: SUCCESS, logref }),
      );
      const shownFirst = String(await read(hub, await refOf(hub, peer, first?.id ?? 0n)));
      expect(shownFirst).toMatch(/^(log)?(\n\[.*: gone\]\n)?$/);
      expect(String(await read(hub, await refOf(hub, peer, second?.id ?? 0n)))).toBe("second");
      await expectWell(hub, bystander);
      await expectWell(hub, peer);
    });
  }

  test("LOGS11: pieces of a log whose turn has not come end that session, and nothing else", async () => {
    const { hub, bystander, peer } = await withBystander({
      onItem: async (item) => {
        if (item.action.case !== "requestLog") return;
        await peer.sendItem(pieceOf("t-1", "log"));
        await peer.sendItem(pieceOf("t-2", "log of the next one"));
      },
    });
    for (const logref of ["t-1", "t-2"]) peer.history.add({ ...backup(), status: ERROR, logref });
    const end = await peer.session?.ended;
    expect(end).toMatchObject({ cause: "host", code: Code.InvalidArgument });
    await expectWell(hub, bystander);
  });

  test("LOGS11: a log that claims an operation of another machine stays with neither", async () => {
    const hub = await testHub();
    const owner = await connectedPeer(hub, { instanceId: "owner", readLog: () => ({ content: Buffer.from("own") }) });
    for (let n = 0; n < 5; n++) owner.history.add({ ...backup(), status: SUCCESS, logref: "same" });
    const ids = owner.history.all().map(({ id }) => id);
    const last = ids.at(-1) ?? 0n;
    const liar = await connectedPeer(hub, {
      instanceId: "liar",
      readLog: () => ({ content: Buffer.from("forged"), ownerOpid: last }),
    });
    const { id } = liar.history.add({ ...backup(), status: SUCCESS, logref: "same" });
    expect(String(await read(hub, await refOf(hub, liar, id)))).toContain("belongs to another operation");
    expect(keptLogs(hub)).toBe(0);
    expect(String(await read(hub, await refOf(hub, owner, last)))).toBe("own");
    await expectWell(hub, owner);
    await expectWell(hub, liar);
  });
});

function pieceOf(logId: string, text: string, errorMessage = ""): Parameters<SeedPeer["sendItem"]>[0] {
  return { action: { case: "receiveLogData", value: { logId, chunk: Buffer.from(text), errorMessage } } };
}
