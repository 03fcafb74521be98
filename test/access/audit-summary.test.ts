import { create, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import {
  AddUserRequestSchema,
  CreateAccessTokenRequestSchema,
  Role,
  SetUserPasswordRequestSchema,
} from "../../gen/hub/v1/access_pb.js";
import { RemovePeerRequestSchema } from "../../gen/hub/v1/peers_pb.js";
import { ClearHistoryRequestSchema, SetupSftpRequestSchema } from "../../gen/v1/service_pb.js";
import { SetRemoteClientConfigRequestSchema } from "../../gen/v1sync/syncservice_pb.js";
import { MAX_SUMMARY_LENGTH, summarize } from "../../src/access/audit-summary.js";
import { HARMLESS_FIELDS, SECRET_FIELDS } from "../../src/access/secrets.js";
import { RPC_RULES } from "../../src/access/rpc-roles.js";
import { SERVICES } from "../../src/rpc/routes.js";

describe("a request in a line", () => {
  test("ACC19: says what is set by the fields' names, enums by theirs", () => {
    const role = create(AddUserRequestSchema, { name: "ann", role: Role.OPERATOR, password: "s3cr3t" });
    expect(summarize(AddUserRequestSchema, role)).toBe(
      '{"name":"ann","role":"ROLE_OPERATOR","password":"***hidden***"}',
    );
    const peer = create(RemovePeerRequestSchema, { peer: { case: "instanceId", value: "lap\ntop" } });
    expect(summarize(RemovePeerRequestSchema, peer)).toBe('{"instance_id":"lap\\ntop"}');
    const ids = create(ClearHistoryRequestSchema, { selector: { ids: [1n, 2n], flowId: 3n }, onlyFailed: true });
    expect(summarize(ClearHistoryRequestSchema, ids)).toBe('{"selector":{"ids":[1,2],"flow_id":3},"only_failed":true}');
    const ttl = create(CreateAccessTokenRequestSchema, { name: "ci", ttl: { seconds: 60n } });
    expect(summarize(CreateAccessTokenRequestSchema, ttl)).toBe('{"name":"ci","ttl":{"seconds":60}}');
  });

  test("ACC19: shows no password, key or credential, wherever it stands", () => {
    const shown = [
      summarize(
        SetUserPasswordRequestSchema,
        create(SetUserPasswordRequestSchema, { name: "ann", password: "s3cr3t" }),
      ),
      summarize(SetupSftpRequestSchema, create(SetupSftpRequestSchema, { host: "nas", password: "s3cr3t" })),
      summarize(
        SetRemoteClientConfigRequestSchema,
        create(SetRemoteClientConfigRequestSchema, {
          peerKeyid: "ecdsa.x",
          repos: [{ id: "nas", uri: "rest:https://u:s3cr3t@nas/", password: "s3cr3t", env: ["KEY=s3cr3t"] }],
        }),
      ),
    ].join("\n");
    expect(shown).not.toContain("s3cr3t");
    expect(shown).toContain("nas");
    expect(shown).toContain("KEY=");
  });

  test("ACC19: shows nothing of an address that is too long to find its credentials", () => {
    const uri = `rest:https://ann:s3cr3t${"x".repeat(2_000)}@nas/`;
    const request = create(SetRemoteClientConfigRequestSchema, { repos: [{ id: "offsite", uri }] });
    expect(summarize(SetRemoteClientConfigRequestSchema, request)).toBe(
      '{"repos":[{"id":"offsite","uri":"***hidden***"}]}',
    );
  });

  test("ACC19: is cut where it is long, and costs no more than what is shown", () => {
    const many = create(ClearHistoryRequestSchema, {
      selector: { ids: Array.from({ length: 1_000_000 }, (_, i) => BigInt(i)) },
    });
    const begin = performance.now();
    const line = summarize(ClearHistoryRequestSchema, many);
    expect(performance.now() - begin).toBeLessThan(250);
    expect(line).toHaveLength(MAX_SUMMARY_LENGTH + 1);
    const long = create(RemovePeerRequestSchema, { peer: { case: "instanceId", value: "😀".repeat(1_000_000) } });
    expect(summarize(RemovePeerRequestSchema, long).isWellFormed()).toBe(true);
  });

  test("ACC4: every text field in the request of a change is listed, and what is listed exists", () => {
    const requests = SERVICES.flatMap(({ typeName, methods }) =>
      methods.filter(({ name }) => RPC_RULES[typeName]?.[name]?.change === true).map(({ input }) => input),
    );
    const fields = requests.filter(isRequest).flatMap((message) => textFields(message));
    const listed = (typeName: string, name: string) =>
      SECRET_FIELDS[typeName]?.[name] !== undefined || HARMLESS_FIELDS[typeName]?.[name] !== undefined;
    expect(fields.filter(([typeName, name]) => !listed(typeName, name))).toEqual([]);
    expect(fields.length).toBeGreaterThan(20);
  });
});

function isRequest({ typeName }: DescMessage): boolean {
  return typeName.endsWith("Request");
}

function textFields({ typeName, fields }: DescMessage): [string, string][] {
  return fields.filter(({ scalar }) => scalar === ScalarType.STRING).map(({ name }) => [typeName, name]);
}
