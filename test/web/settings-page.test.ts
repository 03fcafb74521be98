import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { AuditEventSchema, CallerKind, Role } from "../../gen/hub/v1/access_pb.js";
import { PairingTokenSchema, PairingTokenStatus } from "../../gen/hub/v1/pairing_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { allowsWords } from "../../web/src/pages/settings/allows.js";
import {
  auditActions,
  auditWords,
  outcomeWords,
  readFilter,
  whoWords,
} from "../../web/src/pages/settings/audit-words.js";
import { expiry, pairingState, usesWords } from "../../web/src/pages/settings/expiry.js";
import { newPassword } from "../../web/src/pages/settings/password.js";
import { roleOf, roleWords } from "../../web/src/words/roles.js";
import { asSentence, isAboutGrant, withoutCommand } from "../../web/src/words/hub-words.js";

const NOW = Date.UTC(2026, 10, 24, 8, 0);
const DAY = 86_400_000;
const AT = { locale: "en-GB", timeZone: "Europe/Vienna" };

describe("the audit log in words", () => {
  const words = (action: string, summary: string) => {
    const { what, about } = auditWords({ action, summary });
    return `${what} ${about}`.trim();
  };

  test("BRD95: says what somebody did, and to what, also where the request was cut or the rpc is a new one", () => {
    expect(words("hub.v1.PeersService/RemovePeer", '{"instance_id":"praxis-nas"}')).toBe("remove praxis-nas");
    expect(words("hub.v1.PushService/ShareRepo", '{"repo_id":"vault","instance_id":"a"}')).toBe(
      "share repo vault with a",
    );
    expect(words("hub.v1.PushService/PutSharedRepo", '{"repo":{"id":"vault","uri":"***hid…')).toBe(
      "change shared repo vault",
    );
    expect(words("hub.v1.AccessService/AddUser", String.raw`{"name":"a\"b"}`)).toBe('add person a"b');
    expect(words("hub.v1.AccessService/RevokeAccessToken", '{"id":7}')).toBe("revoke access token 7");
    expect(words("hub.v1.AccessService/SetUserRole", "")).toBe("change role");
    expect(words("hub.v9.NewService/PauseEverything", "{}")).toBe("pause everything");
  });

  test("BRD95: an outcome is said in words, with how often; who is not known has no name", () => {
    expect(outcomeWords(create(AuditEventSchema, { outcome: "permission_denied", times: 3n }))).toBe(
      "permission denied, 3 times",
    );
    expect(whoWords(undefined).name).toBe("nobody known");
    expect(
      whoWords({ $typeName: "hub.v1.Caller", name: "grafana", kind: CallerKind.ACCESS_TOKEN, role: Role.VIEWER }),
    ).toEqual({
      name: "grafana",
      kind: "access token",
    });
  });

  test("BRD95: its filter is read from the address, and what cannot be is left out", () => {
    expect(readFilter(new URLSearchParams("caller=ann&action=RemovePeer&failures=1&days=7&limit=400"))).toEqual({
      caller: "ann",
      action: "RemovePeer",
      failures: true,
      days: 7,
      limit: 400,
    });
    expect(readFilter(new URLSearchParams("days=5&limit=99999&failures=yes"))).toEqual({
      caller: "",
      action: "",
      failures: false,
      days: 0,
      limit: 10_000,
    });
    expect(readFilter(new URLSearchParams("limit=-4")).limit).toBe(100);
    expect(auditActions().map(({ value }) => value)).toContain("SetRemoteClientConfig");
  });
});

describe("tokens in words", () => {
  const at = (ms: number) => timestampFromMs(ms);

  test("BRD92: says until when one is good, and marks what ends soon", () => {
    expect(expiry(undefined, NOW)).toEqual({ words: "never", state: "never" });
    expect(expiry(at(NOW + 211 * DAY), NOW)).toEqual({ words: "in 211 d", state: "later" });
    expect(expiry(at(NOW + 6.9 * DAY), NOW)).toEqual({ words: "in 6 d", state: "soon" });
    expect(expiry(at(NOW - DAY), NOW, AT)).toEqual({ words: "expired yesterday at 09:00", state: "over" });
  });

  test("BRD93: says how often a pairing token was used, whether it still is good, and what it allows", () => {
    const token = (more: object) => create(PairingTokenSchema, { status: PairingTokenStatus.GOOD, ...more });
    expect(usesWords({ uses: 2, maxUses: 10 })).toBe("2 of 10");
    expect(usesWords({ uses: 3, maxUses: 0 })).toBe("3, of any number");
    expect(pairingState(token({}), NOW)).toBe("good");
    expect(pairingState(token({ status: PairingTokenStatus.USED_UP }), NOW)).toBe("used up");
    expect(pairingState(token({ status: PairingTokenStatus.EXPIRED }), NOW)).toBe("expired");
    // It ends while the page is open.
    expect(pairingState(token({ expiresAt: at(NOW - 1) }), NOW)).toBe("expired");
    expect(allowsWords([])).toBe("send its history");
    expect(
      allowsWords([
        { type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["repo:vault"] },
        { type: GrantType.PERMISSION_READ_OPERATIONS, scopes: ["*"] },
      ]),
    ).toBe("take shared repos (vault), read operations");
  });
});

describe("people in words", () => {
  test("BRD91: roles have the hub's names, either way", () => {
    expect([Role.VIEWER, Role.OPERATOR, Role.ADMIN].map(roleWords)).toEqual(["viewer", "operator", "admin"]);
    expect(["viewer", "operator", "admin", "other"].map(roleOf)).toEqual([
      Role.VIEWER,
      Role.OPERATOR,
      Role.ADMIN,
      Role.UNSPECIFIED,
    ]);
  });

  test("BRD91: a made password is long, of letters that nobody mistakes, all as likely", () => {
    const all = new Set(Array.from({ length: 200 }, () => newPassword()));
    expect(all.size).toBe(200);
    expect([...all].every((password) => /^[a-km-np-zA-HJ-NP-Z2-9]{20}$/.test(password))).toBe(true);
    // The bytes that do not divide evenly are drawn anew.
    const bytes = [255, 0, 254, 1];
    let n = 0;
    expect(newPassword((target) => void (target[0] = bytes[n++ % 4] ?? 0)).slice(0, 4)).toBe("abab");
  });
});

describe("words of the hub", () => {
  test("BRD100: an error is a sentence, and a name at its front stays as it is", () => {
    expect(asSentence("the user name or the password is wrong")).toBe("The user name or the password is wrong.");
    expect(asSentence('"ann" is the last admin.')).toBe('"ann" is the last admin.');
    expect(asSentence("backrest-hub is stopping")).toBe("backrest-hub is stopping.");
    expect(asSentence(" ")).toBe("");
  });

  test("BRD86: a command that the page has a button for is left out", () => {
    const words = "nobody has said; then say so here: `backrest-hub pushes confirm a RECEIVE_SHARED_REPOS`";
    expect(withoutCommand(words)).toBe("nobody has said");
    expect([isAboutGrant(words), isAboutGrant("it has another repo")]).toEqual([true, false]);
  });
});
