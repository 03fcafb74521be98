import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { type SyncItem, SyncItemSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import { generateEcdsaIdentity, signEcdsa } from "../../src/dialect/identity.js";
import { SeedDialect } from "../../src/dialect/seed.js";
import { HubError } from "../../src/errors.js";

const identity = generateEcdsaIdentity();
const dialect = new SeedDialect({
  instanceId: "hub",
  ecdsa: { keyid: identity.keyid, ed25519pub: identity.ed25519pub, sign: (payload) => signEcdsa(identity, payload) },
});
const NOW = 1_800_000_000_000;
const GOOD = toBinary(SyncItemSchema, dialect.writeHandshake(NOW));

const mutations = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at: fc.nat(GOOD.length - 1), to: fc.nat(255) }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat(GOOD.length - 1), to: fc.constant(0) }),
    fc.record({ kind: fc.constant("insert" as const), at: fc.nat(GOOD.length - 1), to: fc.nat(255) }),
  ),
  { minLength: 1, maxLength: 6 },
);

describe("fuzzed openings and items", () => {
  test("HS2: a damaged handshake is refused with an error of the hub's own, or is still the same handshake", () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        let bytes = Buffer.from(GOOD);
        for (const { kind, at, to } of changes) {
          if (kind === "flip" && at < bytes.length) bytes[at] = to;
          if (kind === "cut") bytes = bytes.subarray(0, at);
          if (kind === "insert") bytes = Buffer.concat([bytes.subarray(0, at), Uint8Array.of(to), bytes.subarray(at)]);
        }
        const item = decodeOrUndefined(bytes);
        if (item === undefined) return;
        const hello = outcomeOf(() => dialect.readHandshake(item, NOW));
        if (hello !== "refused") expect(hello).toMatchObject({ keyid: identity.keyid, instanceId: "hub" });
      }),
      { numRuns: 3_000 },
    );
  });

  test("SES1: any bytes in any action are a message or an error of the hub's own", () => {
    const cases = Object.values(SyncItemSchema.fields).map(({ localName }) => localName);
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.uint8Array({ maxLength: 64 }), (name, value) => {
        const item = create(SyncItemSchema, { action: { case: name, value } as SyncItem["action"] });
        outcomeOf(() => dialect.read(item, []));
        outcomeOf(() => dialect.read(item, ["logs", "throttle"]));
        outcomeOf(() => dialect.readHandshake(item, NOW));
      }),
      { numRuns: 5_000 },
    );
  });
});

function decodeOrUndefined(bytes: Uint8Array): SyncItem | undefined {
  try {
    return fromBinary(SyncItemSchema, bytes);
  } catch {
    // Connect refuses these before the dialect sees them.
    return undefined;
  }
}

/** What came out; anything thrown that is not the hub's own error fails the test. */
function outcomeOf<T>(read: () => T): T | "refused" {
  try {
    return read();
  } catch (reason) {
    if (reason instanceof HubError && reason.code !== "internal") return "refused";
    throw reason;
  }
}
