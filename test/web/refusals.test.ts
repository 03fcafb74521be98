import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { RefusalCause, type RefusedConnection, RefusedConnectionSchema } from "../../gen/hub/v1/connections_pb.js";
import { type Knock, KnockReason, KnockSchema, type Peer, PeerSchema } from "../../gen/hub/v1/peers_pb.js";
import { causesOf, refusedLists } from "../../web/src/pages/connections/filter.js";
import { sayKnock } from "../../web/src/words/knocks.js";
import { oftenWords } from "../../web/src/words/often.js";
import { steady } from "../../web/src/pages/connections/steady.js";
import { CAUSES, causeName, sayRefusal } from "../../web/src/words/refusals.js";

const ADDRESS = "https://hub.example.org";
const NOW = Date.UTC(2026, 10, 24, 8, 12);
const WHERE = { locale: "en-GB", timeZone: "UTC" };

function refused(more: MessageInitShape<typeof RefusedConnectionSchema> = {}): RefusedConnection {
  return create(RefusedConnectionSchema, {
    remoteAddress: "192.0.2.1",
    cause: RefusalCause.UNKNOWN_KEY,
    count: 1n,
    ...more,
  });
}

describe("a refused connection in words", () => {
  test("BRD61: every cause has a name of its own, a sentence and a cure", () => {
    expect(CAUSES).toHaveLength(33);
    expect(new Set(CAUSES.map(causeName)).size).toBe(CAUSES.length);
    for (const cause of CAUSES) {
      const said = sayRefusal(refused({ cause, sentence: "the hub's own", cure: "the hub's own" }), ADDRESS);
      expect(said.cause).toMatch(/^[a-z].*[A-Za-z)\d]\.$/);
      expect(said.cure).toMatch(/[.?:]$/);
      const plain = `${said.cause} ${said.cure}`.replaceAll(/`--[^`]+`|Add Known Host/g, "");
      expect(plain).not.toMatch(/the hub's own$|ADDRESS|!|\b([Oo]ops|[Cc]lients?|[Pp]eers?|[Hh]ost)\b/);
    }
  });

  test.each([
    RefusalCause.TOKEN_UNKNOWN,
    RefusalCause.TOKEN_EXPIRED,
    RefusalCause.TOKEN_USED_UP,
    RefusalCause.TOKEN_OTHER_INSTANCE,
  ])("BRD61: a token that is worth nothing (cause %d) is replaced by removing the hub there first", (cause) => {
    expect(sayRefusal(refused({ cause }), ADDRESS).cure).toMatch(
      /Make a (new )?token.*Known Hosts remove this hub.*Add Known Host.*Save changes\.$/,
    );
  });

  test("BRD61: an unknown key is compared where its version shows it, and comes as that version does", () => {
    const cure = (keyid: string) => sayRefusal(refused({ keyid }), ADDRESS).cure;
    expect(cure("ecdsa.K")).toMatch(
      /`multihost\.identity\.keyid` under Settings › Preview .*press Save in its Settings/,
    );
    expect(cure("ed25519.K")).toMatch(/Settings › Multihost › Multihost Identity .*restart its Backrest/);
  });

  test("BRD61: WHO is the claimed name, else the address", () => {
    expect(sayRefusal(refused({ instanceId: "kiosk" }), ADDRESS).who).toBe("kiosk");
    expect(sayRefusal(refused(), ADDRESS).who).toBe("192.0.2.1");
  });

  test("BRD61: a cause that this page does not know is told in the hub's words", () => {
    const entry = refused({ ...JSON.parse('{ "cause": 99 }'), sentence: "Something new.", cure: "Do this." });
    const said = sayRefusal(entry, ADDRESS);
    expect(said).toMatchObject({ cause: "Something new.", cure: "Do this.", mark: "refused" });
    expect(causeName(entry.cause)).toBe("unknown");
  });

  test.each([
    ["this machine's clock is 2 hours ahead of the hub's (it says …)", "its clock is 2 hours ahead."],
    ["this machine's clock is 7 minutes behind the hub's (it says …)", "its clock is 7 minutes behind."],
    ["something else", "its clock and the hub’s are more than 5 minutes apart."],
  ])("BRD61: %j says how far a clock is off", (message, cause) => {
    expect(sayRefusal(refused({ cause: RefusalCause.CLOCK, message }), ADDRESS).cause).toBe(cause);
  });

  test.each([
    ["/backrest:9898/v1sync.BackrestSyncService/Sync", "the address has its port behind the path."],
    ["/backrest/v1sync.BackrestSyncService/Sync", "the address leads somewhere else (404)."],
  ])("BRD61: the path %s, and the hub's address as its cure", (message, cause) => {
    const said = sayRefusal(refused({ cause: RefusalCause.WRONG_PATH, message }), ADDRESS);
    expect(said.cause).toBe(cause);
    expect(said.cure).toContain(`\`${ADDRESS}\``);
  });

  test("BRD61: what broke is a warning, what was kept out is a refusal", () => {
    expect(sayRefusal(refused({ cause: RefusalCause.CONNECTION_LOST }), ADDRESS).mark).toBe("warning");
    expect(sayRefusal(refused({ cause: RefusalCause.TOKEN_EXPIRED }), ADDRESS)).toMatchObject({
      mark: "refused",
      help: "token",
    });
  });

  test("BRD61: how often, and since when", () => {
    const firstSeen = timestampFromMs(Date.UTC(2026, 10, 24, 7, 40));
    expect(oftenWords({ count: 1n, firstSeen }, NOW, WHERE)).toBe("once");
    expect(oftenWords({ count: 1_400n, firstSeen }, NOW, WHERE)).toBe("1,400 times since 07:40");
    expect(oftenWords({ count: 3n, firstSeen: timestampFromMs(Date.UTC(2026, 10, 21)) }, NOW, WHERE)).toBe(
      "3 times since 21 Nov",
    );
  });
});

describe("the record of refused connections", () => {
  const entries = [
    refused({ id: "a", instanceId: "Kiosk", lastSeen: timestampFromMs(NOW - 3) }),
    refused({ id: "b", lastSeen: timestampFromMs(NOW - 1), cause: RefusalCause.CLOCK, keyid: "ecdsa.KEY" }),
    refused({ id: "c", lastSeen: timestampFromMs(NOW - 2), settled: true }),
  ];
  const shown = (find: string, cause?: RefusalCause) => refusedLists(entries, { find, cause }).open.map(({ id }) => id);

  test("BRD62: is shown with the newest first; who has been connected since is settled", () => {
    const { open, settled } = refusedLists(entries, { find: "", cause: undefined });
    expect(open.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(settled.map(({ id }) => id)).toEqual(["c"]);
  });

  test("BRD62: is narrowed by a part of name, address or key, and by cause", () => {
    expect(shown("kiosk")).toEqual(["a"]);
    expect(shown("192.0.2")).toEqual(["b", "a"]);
    expect(shown("ecdsa.key")).toEqual(["b"]);
    expect(shown("clock")).toEqual(["b"]);
    expect(shown("", RefusalCause.CLOCK)).toEqual(["b"]);
    expect(shown("nobody")).toEqual([]);
    expect(causesOf(entries)).toEqual([
      [RefusalCause.CLOCK, 1],
      [RefusalCause.UNKNOWN_KEY, 2],
    ]);
  });

  test("BRD62: keeps its order while somebody points at it, and what is new waits", () => {
    expect(steady([], ["b", "a"], true)).toEqual({ shown: ["b", "a"], waiting: 0 });
    expect(steady(["b", "a"], ["c", "a", "b"], true)).toEqual({ shown: ["b", "a"], waiting: 1 });
    expect(steady(["b", "a"], ["a"], true)).toEqual({ shown: ["a"], waiting: 0 });
    expect(steady(["b", "a"], ["c", "a", "b"], false)).toEqual({ shown: ["c", "a", "b"], waiting: 0 });
  });
});

describe("who waits for approval", () => {
  const knock = (reason: KnockReason): Knock =>
    create(KnockSchema, { instanceId: "nas", keyid: "ed25519.NEW", reason });
  const peer: Peer = create(PeerSchema, { instanceId: "nas", keyid: "ed25519.OLD" });

  test("BRD60: a stranger is let in, and one with a known name replaces that machine's key", () => {
    expect(sayKnock(knock(KnockReason.UNKNOWN_KEY), [])).toEqual({
      cause: "its key is unknown here.",
      approvable: true,
    });
    expect(sayKnock(knock(KnockReason.INSTANCE_TAKEN), [peer])).toMatchObject({ approvable: true, replaces: peer });
    // The name was given to somebody since it knocked, or taken away.
    expect(sayKnock(knock(KnockReason.UNKNOWN_KEY), [peer])).toMatchObject({ approvable: true, replaces: peer });
    expect(sayKnock(knock(KnockReason.INSTANCE_TAKEN), [])).not.toHaveProperty("replaces");
  });

  test("BRD60: who lacks something else is not offered approval", () => {
    for (const reason of [KnockReason.INSTANCE_MISMATCH, KnockReason.CLEAR_TEXT, KnockReason.UNSPECIFIED])
      expect(sayKnock(knock(reason), [peer]).approvable).toBe(false);
  });
});
