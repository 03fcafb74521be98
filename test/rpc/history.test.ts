import { create, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { WireType } from "@bufbuild/protobuf/wire";
import { Code, createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  HistoryService,
  ListOperationsResponseSchema,
  OperationFilterSchema,
  OperationKind,
} from "../../gen/hub/v1/history_pb.js";
import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import { bearer, tokenFor, transportWith } from "../support/callers.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { HubWithPeers } from "../support/hub-with-peers.js";
import { backup, ERROR, hook, prune, SUCCESS } from "../support/sample-operations.js";

const BACKUPS = 230;
const HOUR_MS = 3_600_000;
const NOW = Date.now();

describe("the history, page by page", () => {
  let started: HubWithPeers;
  let all: Operation[];
  beforeAll(async () => {
    started = await HubWithPeers.start();
    for (const name of ["laptop", "desktop"]) {
      const peer = await started.addPeer(name);
      for (let n = 0; n < BACKUPS; n++) {
        const unixTimeStartMs = BigInt(NOW - (BACKUPS - n) * HOUR_MS);
        const status = n % 50 === 0 ? ERROR : SUCCESS;
        peer.history.add(backup("home", { status, unixTimeStartMs, displayMessage: `"no" ${n} ${"x".repeat(500)}` }));
      }
      peer.history.add({ ...prune("home"), status: SUCCESS, unixTimeStartMs: BigInt(NOW) });
      peer.history.add({ ...hook(1n, "home"), status: SUCCESS, unixTimeStartMs: BigInt(NOW) });
      peer.history.add(
        backup("home", { status: OperationStatus.STATUS_PENDING, unixTimeStartMs: BigInt(NOW + 2 * HOUR_MS) }),
      );
      await peer.connect();
    }
    await eventually(async () => {
      all = (await callHub(started.hub).backrest.getOperations({ selector: {} })).operations;
      expect(all).toHaveLength(2 * (BACKUPS + 3));
    });
    all.sort((a, b) => Number(b.unixTimeStartMs - a.unixTimeStartMs) || Number(b.id - a.id));
  });
  afterAll(() => started.close());

  const client = (protocol?: "connect" | "grpc" | "grpc-web", token = started.hub.token) =>
    createClient(HistoryService, transportWith(started.hub.url, bearer(token), protocol));

  type Filter = MessageInitShape<typeof OperationFilterSchema>;

  async function everyPage(filter: Filter, pageSize: number, reader = client()): Promise<Operation[][]> {
    const pages: Operation[][] = [];
    let pageToken = "";
    do {
      const page = await reader.listOperations({ filter, pageSize, pageToken });
      pages.push(page.operations);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return pages;
  }

  async function postJson(body: string): Promise<[status: number, answer: Record<string, unknown>]> {
    const answer = await fetch(`${started.hub.url}/hub.v1.HistoryService/ListOperations`, {
      method: "POST",
      headers: { ...bearer(started.hub.token), "content-type": "application/json" },
      body,
    });
    return [answer.status, (await answer.json()) as Record<string, unknown>];
  }

  test("HIST1: the pages together are what GetOperations has, the newest first, without what is planned", async () => {
    const expected = all.filter(({ status }) => status !== OperationStatus.STATUS_PENDING);
    const pages = await everyPage({}, 100);
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 100, 100, 64]);
    expect(pages.flat()).toEqual(expected);
    expect(await everyPage({}, 0)).toEqual(pages);
    expect((await everyPage({}, 2_147_483_647)).flat()).toEqual(expected);
  });

  test("HIST2: filters are the hub's: machine, plan, repo, kind, status and time", async () => {
    const count = async (filter: Filter) => (await everyPage(filter, 1_000)).flat().length;
    expect(await count({ instanceIds: ["laptop"] })).toBe(BACKUPS + 2);
    expect(await count({ planIds: ["other"] })).toBe(0);
    expect(await count({ repoIds: ["repo"], instanceIds: ["desktop"] })).toBe(BACKUPS + 2);
    expect(await count({ repoIds: ["a".repeat(64)], kinds: [OperationKind.PRUNE, OperationKind.RUN_HOOK] })).toBe(4);
    expect(await count({ statuses: [ERROR] })).toBe(10);
    expect(await count({ statuses: [OperationStatus.STATUS_PENDING] })).toBe(2);
    const since = timestampFromMs(NOW - 10 * HOUR_MS);
    expect(await count({ since, instanceIds: ["laptop"], kinds: [OperationKind.BACKUP] })).toBe(10);
    expect(await count({ since, until: timestampFromMs(NOW - 8 * HOUR_MS), instanceIds: ["laptop"] })).toBe(2);
    // Times are finer than operations: what began before this moment began before its millisecond, or in it.
    const justAfter = { seconds: since.seconds, nanos: since.nanos + 1 };
    expect(await count({ since: justAfter, instanceIds: ["laptop"], kinds: [OperationKind.BACKUP] })).toBe(9);
    expect(await count({ since, until: justAfter, instanceIds: ["laptop"] })).toBe(1);
  });

  test("HIST5: every protocol gives the same pages, JSON included, and a viewer may read them", async () => {
    const expected = await everyPage({}, 300);
    const viewer = await tokenFor(started.hub, "viewer");
    for (const protocol of ["connect", "grpc", "grpc-web"] as const) {
      expect(await everyPage({}, 300, client(protocol, viewer))).toEqual(expected);
    }
    let pageToken = "";
    for (const page of expected) {
      const [, answer] = await postJson(JSON.stringify({ pageSize: 300, pageToken }));
      const wanted = toJson(ListOperationsResponseSchema, create(ListOperationsResponseSchema, { operations: page }));
      const { nextPageToken = "", ...operations } = answer;
      expect(operations).toEqual(wanted);
      pageToken = String(nextPageToken);
    }
    expect(pageToken).toBe("");
    expect(await postJson('{"filter": {"planIds": ["none"]}}')).toEqual([200, {}]);
  });

  test("HIST6: a token goes on where its page ended, for the same filter in whatever order, and for no other", async () => {
    const filter = { instanceIds: ["laptop", "desktop"], kinds: [OperationKind.BACKUP, OperationKind.PRUNE] };
    const [first, second] = await everyPage(filter, 50);
    const { nextPageToken } = await client().listOperations({ filter, pageSize: 50 });
    const same = {
      instanceIds: ["desktop", "laptop", "laptop"],
      kinds: [OperationKind.PRUNE, OperationKind.BACKUP],
    };
    const next = await client().listOperations({ filter: same, pageSize: 50, pageToken: nextPageToken });
    expect(next.operations).toEqual(second);
    expect(next.operations[0]?.id).not.toBe(first?.at(-1)?.id);
    const others: Filter[] = [{}, { ...filter, kinds: [] }, { ...filter, planIds: ["home"] }];
    for (const other of [
      ...others,
      { ...filter, since: timestampFromMs(0) },
      { ...filter, until: timestampFromMs(0) },
    ]) {
      await expect(client().listOperations({ filter: other, pageToken: nextPageToken })).rejects.toMatchObject({
        code: Code.InvalidArgument,
        rawMessage: expect.stringContaining("another filter"),
      });
    }
  });

  test("HIST6: what is no token is refused, whatever it is", async () => {
    const { nextPageToken } = await client().listOperations({ pageSize: 50 });
    const bytes = Buffer.from(nextPageToken, "base64url");
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = value;
      return copy.toString("base64url");
    };
    const tokens = [
      "1",
      "next",
      nextPageToken.slice(1),
      `${nextPageToken}A`,
      `${nextPageToken.slice(0, -1)}-`,
      `${nextPageToken.slice(0, -1)}=`,
      `${nextPageToken} `,
      nextPageToken.toUpperCase(),
      changed(0, 2),
      changed(17, 0xff),
      Buffer.concat([bytes.subarray(0, 17), Buffer.alloc(8)]).toString("base64url"),
      "\u0000",
      "‮" + nextPageToken.slice(1),
      "A".repeat(34),
      "A".repeat(200_000),
    ];
    for (const pageToken of tokens) {
      await expect(client().listOperations({ pageToken })).rejects.toMatchObject({
        code: Code.InvalidArgument,
        rawMessage: expect.stringMatching(/^page_token is none .* begin with the newest$/),
      });
    }
    // Whoever makes one up goes where it says, and no further.
    const oldest = Buffer.concat([bytes.subarray(0, 9), Buffer.from("80000000000000000000000000000001", "hex")]);
    const none = await client().listOperations({ pageToken: oldest.toString("base64url") });
    expect([none.operations, none.nextPageToken]).toEqual([[], ""]);
  });

  const many = Array.from({ length: 101 }, (_, n) => `n${n}`);
  const refused: [string, Filter, string][] = [
    ["101 machines", { instanceIds: many }, "filter.instance_ids has 101 values; give at most 100"],
    ["101 plans", { planIds: many }, "filter.plan_ids has 101"],
    ["101 repos", { repoIds: many }, "filter.repo_ids has 101"],
    ["101 times one kind", { kinds: many.map(() => OperationKind.BACKUP) }, "filter.kinds has 101"],
    ["101 times one status", { statuses: many.map(() => SUCCESS) }, "filter.statuses has 101"],
    ["no kind", { kinds: [OperationKind.UNSPECIFIED] }, "filter.kinds has 0, which stands for none; give 100,"],
    ["a time without years", { since: { seconds: 2n ** 62n, nanos: 0 } }, "filter.since is no time"],
    ["a time before all years", { until: { seconds: -(2n ** 63n), nanos: 0 } }, "filter.until is no time"],
    ["more than a second", { until: { seconds: 0n, nanos: 1_000_000_000 } }, "filter.until is no time"],
  ];
  test.each(refused)("HIST7: %s: refused in words that say what to give", async (_, filter, words) => {
    await expect(client().listOperations({ filter })).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringContaining(words),
    });
  });

  test.each([
    ['{"kinds": [100, 99]}', "filter.kinds has 99, which stands for none; give 100, 101,"],
    ['{"statuses": [-1]}', "filter.statuses has -1, which stands for none; give 0, 1,"],
    ['{"statuses": [3, 2147483647]}', "filter.statuses has 2147483647"],
  ])("HIST7: %s, of which one stands for nothing, is refused with what there is", async (filter, words) => {
    const [status, answer] = await postJson(`{"filter": ${filter}}`);
    expect([status, answer]).toEqual([400, { code: "invalid_argument", message: expect.stringContaining(words) }]);
  });

  test("HIST7: so are a page below 0, a field that the hub does not know, and JSON of the wrong names and types", async () => {
    await expect(client().listOperations({ pageSize: -1 })).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: "page_size is -1; give a number from 1 to 1000, or 0 for 100",
    });
    const newer = create(OperationFilterSchema);
    newer.$unknown = [{ no: 77, wireType: WireType.Varint, data: Uint8Array.of(1) }];
    await expect(client().listOperations({ filter: newer })).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringContaining("number 77"),
    });
    for (const body of [
      '{"filter": {"kinds": ["OPERATION_KIND_SLEEP"]}}',
      '{"filter": {"instanceId": "laptop"}}',
      '{"filter": {"since": "yesterday"}}',
      '{"filter": 3}',
      '{"pageSize": 1e12}',
      '{"filter": {"planIds": ["\\ud800"]}}',
    ]) {
      const [status, { code }] = await postJson(body);
      expect([body, status, code]).toEqual([body, 400, "invalid_argument"]);
    }
  });

  test("HIST7: names are data, whatever is in them", async () => {
    const names = ["", "\u0000", "' OR 1=1 --", '"', "]", "__proto__", "%", "x".repeat(50_000)];
    const reads = names.map((name) => everyPage({ planIds: [name], instanceIds: [name], repoIds: [name] }, 10));
    expect((await Promise.all(reads)).flat(2)).toEqual([]);
  });
});
