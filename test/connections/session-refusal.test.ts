import { describe, expect, test } from "@jest/globals";
import { portRefusalCause } from "../../src/connections/port-refusal.js";
import { type EndedSession, sessionRefusal } from "../../src/connections/session-refusal.js";
import { HubError } from "../../src/errors.js";
import type { EndingCause } from "../../src/fleet/endings.js";
import type { RefusalCause } from "../../src/refusal.js";

const ENDED: Omit<EndedSession, "reason"> = {
  address: "10.0.0.7",
  userAgent: "connect-go/1.20.0",
  meantHttps: false,
  generation: "current",
  keyid: "ed25519.a",
  instanceId: "tower",
  admitted: true,
};

/** What each ending of a session that was a peer's is in the record, where its error says no more. */
const CAUSES: Readonly<Record<EndingCause, RefusalCause | undefined>> = {
  "peer-left": undefined,
  displaced: undefined,
  removed: undefined,
  draining: undefined,
  refused: "bad-handshake",
  protocol: "protocol-error",
  silent: "stopped-answering",
  transport: "connection-lost",
  overflow: "overflow",
  failure: "hub-failure",
};

describe("what a session's end is in the record", () => {
  test.each(Object.entries(CAUSES))("CONN11: %s", (name, cause) => {
    const note = ended(name as EndingCause, new HubError("permission_denied", "words"));
    expect(note?.cause).toBe(cause);
    if (note !== undefined) expect(note).toMatchObject({ instanceId: "tower", keyid: "ed25519.a", message: "words" });
  });

  test("CONN10: what the error says of itself wins, and what did not come so far is told apart", () => {
    const busy = new HubError("unavailable", "too many", { refusal: "too-busy" });
    expect(ended("failure", busy)?.cause).toBe("too-busy");
    expect(ended("refused", new HubError("deadline_exceeded", "late"))?.cause).toBe("no-handshake");
    const gone = new HubError("canceled", "gone");
    expect(ended("peer-left", gone, { admitted: false })?.cause).toBe("left-opening");
    expect(ended("peer-left", gone, { admitted: false, generation: undefined })).toBeUndefined();
    const clearText = new HubError("permission_denied", "clear", { refusal: "clear-text-peer" });
    expect(ended("refused", clearText, { meantHttps: true })?.cause).toBe("clear-text-to-https");
  });

  test("CONN12: a connection that was used and then idle is no refusal; a flood is", () => {
    expect(portRefusalCause("idle", false)).toBeUndefined();
    expect(portRefusalCause("too many resets", false)).toBe("flood");
    expect(portRefusalCause("clear text", true)).toBe("clear-text-to-https");
  });
});

function ended(cause: EndingCause, error: HubError, more: Partial<EndedSession> = {}) {
  return sessionRefusal({ ...ENDED, ...more, reason: { cause, error } });
}
