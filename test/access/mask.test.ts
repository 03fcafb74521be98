import {
  create,
  type DescField,
  type DescMessage,
  fromJson,
  isMessage,
  ScalarType,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "@jest/globals";
import { maskRemoteConfig, maskSecrets } from "../../src/access/mask.js";
import { MASK, maskText } from "../../src/access/secret-text.js";
import { RPC_RULES } from "../../src/access/rpc-roles.js";
import { SERVICES } from "../../src/rpc/routes.js";
import { HARMLESS_FIELDS, SECRET_FIELDS } from "../../src/access/secrets.js";
import { ConfigSchema, HookSchema, PlanSchema, RepoSchema } from "../../gen/v1/config_pb.js";
import { type RemoteConfig, RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";

const SECRET = "s3cr3t";

describe("the one list", () => {
  test("ACC4: every text field of the configuration is in it, either as secret or as harmless", () => {
    const fields = textFields([RemoteConfigSchema, ConfigSchema, RepoSchema, PlanSchema, HookSchema]);
    expect(fields.length).toBeGreaterThan(40);
    const listed = (lists: typeof HARMLESS_FIELDS | typeof SECRET_FIELDS, field: DescField): boolean =>
      lists[field.parent.typeName]?.[field.name] !== undefined;
    for (const field of fields) {
      const name = `${field.parent.typeName}.${field.name}`;
      expect([name, listed(SECRET_FIELDS, field) !== listed(HARMLESS_FIELDS, field)]).toEqual([name, true]);
    }
  });

  test("ACC4: it names no field that does not exist", () => {
    const changes = SERVICES.flatMap(({ typeName, methods }) =>
      methods.filter(({ name }) => RPC_RULES[typeName]?.[name]?.change === true).map(({ input }) => input),
    );
    const known = textFields([RemoteConfigSchema, ConfigSchema, ...changes]).map(
      (field) => `${field.parent.typeName}.${field.name}`,
    );
    for (const list of [SECRET_FIELDS, HARMLESS_FIELDS]) {
      for (const [message, fields] of Object.entries(list)) {
        for (const field of Object.keys(fields)) expect(known).toContain(`${message}.${field}`);
      }
    }
  });

  test("ACC5: a configuration with a secret in every secret field shows none of them", () => {
    const config = fromJson(ConfigSchema, filled(ConfigSchema));
    expect(toJsonString(ConfigSchema, config).split(SECRET).length).toBeGreaterThan(40);
    const shown = toJsonString(ConfigSchema, maskSecrets(ConfigSchema, config));
    expect(shown).not.toContain(SECRET);
    expect(shown).toContain("harmless");
  });

  test("ACC5: what a newer Backrest adds is left out of what is shown", () => {
    const added = { no: 999, wireType: WireType.LengthDelimited, data: Buffer.from(`\u0006${SECRET}`) };
    const config = create(RemoteConfigSchema, { repos: [Object.assign(create(RepoSchema), { $unknown: [added] })] });
    expect(Buffer.from(toBinary(RemoteConfigSchema, config)).toString()).toContain(SECRET);
    expect(Buffer.from(toBinary(RemoteConfigSchema, maskRemoteConfig(config))).toString()).not.toContain(SECRET);
  });

  test("ACC5: masking leaves the original alone, and empty fields empty", () => {
    const config: RemoteConfig = create(RemoteConfigSchema, { repos: [{ id: "nas", uri: "/srv", password: SECRET }] });
    const masked = maskRemoteConfig(config);
    expect(config.repos[0]?.password).toBe(SECRET);
    expect(masked.repos[0]).toMatchObject({ id: "nas", uri: "/srv", password: MASK, env: [], flags: [] });
    expect(maskRemoteConfig(create(RemoteConfigSchema, { repos: [{ id: "a" }] })).repos[0]?.password).toBe("");
    expect(isMessage(masked, RemoteConfigSchema)).toBe(true);
  });
});

describe("what of a text is secret", () => {
  test.each([
    ["AWS_SECRET_ACCESS_KEY=s3cr3t", `AWS_SECRET_ACCESS_KEY=${MASK}`],
    ["A=b=s3cr3t", `A=${MASK}`],
    ["EMPTY=", "EMPTY="],
    ["s3cr3t", MASK],
  ])("ACC6: of the variable %s", (text, shown) => {
    expect(maskText("env", text)).toBe(shown);
  });

  test.each([
    ["--insecure-tls", "--insecure-tls"],
    ["-q", "-q"],
    ["--option=sftp.command=ssh -p s3cr3t", `--option=${MASK}`],
    ["--password-command echo s3cr3t", `--password-command ${MASK}`],
    ["-o s3.key=s3cr3t", `-o ${MASK}`],
    ["-os3cr3t", `-o ${MASK}`],
    ["s3cr3t", MASK],
    ["--quiet --key s3cr3t", `--quiet ${MASK}`],
  ])("ACC6: of the flag %s", (text, shown) => {
    expect(maskText("flag", text)).toBe(shown);
  });

  test.each([
    ["/srv/repo", "/srv/repo"],
    ["C:\\backup", "C:\\backup"],
    ["sftp:ada@nas:/srv/repo", "sftp:ada@nas:/srv/repo"],
    ["sftp://ada@[::1]:2222//srv", "sftp://ada@[::1]:2222//srv"],
    ["sftp://ada:s3cr3t@nas/srv", `sftp://${MASK}@nas/srv`],
    ["sftp:ada:s3cr3t@nas:/srv", `sftp:${MASK}@nas:/srv`],
    ["rest:https://ada:s3cr3t@nas:8000/ada/", `rest:https://${MASK}@nas:8000/ada/`],
    ["rest:https://s3cr3t@nas:8000/", `rest:https://${MASK}@nas:8000/`],
    ["rest:https://ada:s3cr3t@@s3cr3t@nas/", `rest:https://${MASK}@nas/`],
    ["rest:https://ada:s3cr3t/s3cr3t@nas/", `rest:https://${MASK}@nas/`],
    ["rest:https://nas:8000/mail@home", "rest:https://nas:8000/mail@home"],
    [
      "s3:https://nas.example/bucket?key=s3cr3t&empty=&s3cr3t",
      `s3:https://nas.example/bucket?key=${MASK}&empty=&${MASK}`,
    ],
    ["s3:s3.amazonaws.com/bucket", "s3:s3.amazonaws.com/bucket"],
    ["b2:bucket:path", "b2:bucket:path"],
    ["rclone:remote:path", "rclone:remote:path"],
    [
      'rclone::sftp,host=nas,pass=s3cr3t,key="s3cr3t,:":/srv',
      `rclone::sftp,host=${MASK},pass=${MASK},key=${MASK}:/srv`,
    ],
    ["ada:s3cr3t@nas:/srv", `${MASK}@nas:/srv`],
  ])("ACC6: of the address %s", (text, shown) => {
    expect(maskText("uri", text)).toBe(shown);
  });
});

function textFields(roots: readonly DescMessage[]): DescField[] {
  const seen = new Set<string>();
  const found: DescField[] = [];
  const visit = (message: DescMessage): void => {
    if (seen.has(message.typeName)) return;
    seen.add(message.typeName);
    for (const field of message.fields) {
      if (isText(field)) found.push(field);
      if (field.message !== undefined) visit(field.message);
    }
  };
  for (const root of roots) visit(root);
  return found;
}

function isText(field: DescField): boolean {
  return field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES;
}

type Json = string | Json[] | { [name: string]: Json };

/** A message with a text in each of its text fields, as JSON; lists with an entry for each member of a oneof. */
function filled(message: DescMessage, member?: DescField): Json {
  const entries = message.fields.flatMap((field): [string, Json][] => {
    if (field.oneof !== undefined && field !== (member ?? field.oneof.fields[0])) return [];
    const value = field.message === undefined ? textOf(field) : filledAll(field.message, field.fieldKind === "list");
    if (value === undefined) return [];
    return [[field.jsonName, field.fieldKind === "list" && !Array.isArray(value) ? [value] : value]];
  });
  return Object.fromEntries(entries);
}

function filledAll(message: DescMessage, isList: boolean): Json {
  const members = message.oneofs[0]?.fields ?? [];
  return isList && members.length > 0 ? members.map((member) => filled(message, member)) : filled(message);
}

function textOf(field: DescField): Json | undefined {
  if (!isText(field)) return undefined;
  const kind = SECRET_FIELDS[field.parent.typeName]?.[field.name];
  if (kind === undefined) return `harmless ${field.name}`;
  return { whole: SECRET, env: `NAME=${SECRET}`, flag: `--flag=${SECRET}`, uri: `rest:https://ada:${SECRET}@nas/` }[
    kind
  ];
}
