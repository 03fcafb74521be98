import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toJsonString } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { RepoSchema } from "../../gen/v1/config_pb.js";
import { MachineSettings } from "../../src/client/machine-settings.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { eventually } from "../support/hub-calls.js";
import { READ, RECEIVE, repo, WRITE } from "../support/push-peers.js";
import { type Ended, type Program, runToEnd, serve } from "./programs.js";

let folder: string;
let hub: Program & { readonly url: string };
const peers: (SeedPeer | CurrentPeer)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-cli-pushes-"));
  hub = await serve(join(folder, "data"));
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.kill();
  hub.process.kill("SIGKILL");
  await hub.ended;
  rmSync(folder, { recursive: true });
});

describe("shared-repos and pushes", () => {
  test("CLI26: a repo from a file is put, shared, previewed, pushed and taken back", async () => {
    const file = join(folder, "offsite.json");
    writeFileSync(file, toJsonString(RepoSchema, repo("offsite")));
    expect(await command("shared-repos", "put", "--file", file)).toMatchObject({ code: 0, out: "put offsite\n" });
    await command("peers", "add", "--instance-id", "laptop", "--keyid", `ed25519.${"k".repeat(43)}`);
    const shared = await command("shared-repos", "share", "offsite", "laptop");
    expect(shared).toMatchObject({
      code: 0,
      out: "shared offsite with laptop\n",
      err: expect.stringMatching(
        /^note: not sent yet: nobody has said whether "laptop" allows the hub to .*pushes confirm laptop RECEIVE_SHARED_REPOS`\n$/,
      ),
    });
    expect((await command("pushes", "list")).out).toBe("no pushes\n");
    expect((await command("pushes", "permissions", "laptop", "--json")).out).toContain(
      '"sharedRepos": "PUSH_PERMISSION_UNKNOWN"',
    );
    expect(await command("pushes", "permissions", "nobody")).toMatchObject({
      code: 5,
      err: expect.stringContaining("nobody"),
    });
    expect((await command("shared-repos", "preview", "laptop")).out).toMatch(/\nrepo offsite +new\n$/);
    expect(await command("pushes", "confirm", "laptop", "RECEIVE_SHARED_REPOS")).toMatchObject({
      code: 0,
      out: "recorded what laptop allows\n",
    });
    expect((await command("pushes", "permissions", "laptop")).out).toBe(
      "takes shared repos: yes\nlets the hub change its configuration: no\nrecorded: RECEIVE_SHARED_REPOS\n",
    );
    expect((await command("pushes", "list", "--open")).out).toMatch(
      /^ID +PEER +STATE +CHANGES +MADE +WHY\n1 +laptop +pending +repo offsite .* waits for the machine/,
    );
    const listed = await command("shared-repos", "list", "--json");
    expect(JSON.parse(listed.out)).toMatchObject({
      repos: [{ repo: { id: "offsite" }, shares: [{ instanceId: "laptop", lastPush: "PUSH_STATE_PENDING" }] }],
    });
    expect(listed.out).not.toContain("password of");
    expect((await command("shared-repos", "unshare", "offsite", "laptop")).out).toContain("delete it there");
    expect((await command("pushes", "list", "--peer", "laptop")).out).toMatch(
      /superseded .* not shared with this machine/,
    );
    expect((await command("shared-repos", "remove", "offsite")).out).toContain("machines that have it keep it");
    expect((await command("shared-repos", "list")).out).toBe("no shared repos\n");
  });

  test("CLI26: a repo is copied from a machine that shows it", async () => {
    const settings = new MachineSettings({ generation: "seed", host: "", grants: [READ], repos: [repo("own")] });
    const peer = new SeedPeer({ url: hub.url, instanceId: "laptop", settings });
    peers.push(peer);
    await command("peers", "add", "--instance-id", "laptop", "--keyid", peer.identity.keyid);
    await peer.connect();
    await eventually(async () => {
      expect(await command("shared-repos", "put", "own", "--from", "laptop")).toMatchObject({
        code: 0,
        out: "put own\n",
      });
    }, 15_000);
    expect(await command("shared-repos", "put", "other", "--from", "laptop")).toMatchObject({
      code: 5,
      err: expect.stringContaining('shows the hub no repo "other"'),
    });
  });

  test("CLI26: a change is looked at before it is sent, of a shared repo and of a single machine", async () => {
    const grants = [READ, RECEIVE, WRITE];
    const settings = new MachineSettings({ generation: "current", host: "", grants, repos: [repo("own")] });
    const peer = new CurrentPeer({ url: hub.url, instanceId: "laptop", settings });
    peers.push(peer);
    await command("peers", "add", "--instance-id", "laptop", "--keyid", peer.identity.keyid);
    await peer.connect();
    const file = join(folder, "offsite.json");
    writeFileSync(file, toJsonString(RepoSchema, repo("offsite")));
    await command("shared-repos", "put", "--file", file);
    await command("shared-repos", "share", "offsite", "laptop");
    writeFileSync(file, toJsonString(RepoSchema, repo("offsite", { uri: "/srv/elsewhere" })));
    const put = await command("shared-repos", "put", "--file", file, "--preview");
    expect(put).toMatchObject({ code: 0 });
    expect(put.out).toMatch(/\nthe hub +changed +uri *\nlaptop +new +nobody has said whether/);
    expect((await command("shared-repos", "list")).out).toContain("/srv/offsite");

    const change = join(folder, "change.json");
    writeFileSync(change, JSON.stringify({ plans: [{ id: "home", repo: "own", paths: ["/home"] }] }));
    const before = await command("pushes", "change", "laptop", "--file", change, "--preview");
    expect(before).toMatchObject({ code: 0, err: expect.stringContaining("would not be sent: nobody has said") });
    expect(before.out).toMatch(/\nplan home +new *\n$/);
    await command("pushes", "confirm", "laptop", "READ_WRITE_CONFIG=plan:home");
    expect(await command("pushes", "change", "laptop", "--file", change)).toMatchObject({
      code: 0,
      out: "taken for laptop; `backrest-hub pushes list --peer laptop` shows what becomes of it\n",
    });
    await eventually(() => expect(settings.plans).toMatchObject([{ id: "home", paths: ["/home"] }]), 15_000);
    writeFileSync(change, "{");
    expect(await command("pushes", "change", "laptop", "--file", change)).toMatchObject({
      code: 2,
      err: expect.stringContaining("holds no change in JSON"),
    });
  }, 60_000);

  test("CLI26: a slip is answered with what would do", async () => {
    for (const [args, code, words] of [
      [["shared-repos", "put"], 2, "shared-repos put REPO --from INSTANCE"],
      [["shared-repos", "put", "--file", join(folder, "nothing.json")], 2, "holds no repo in JSON"],
      [["shared-repos", "share", "offsite", "laptop"], 5, 'shares no repo "offsite"'],
      [["pushes", "confirm", "laptop", "EVERYTHING"], 2, "is no permission"],
      [["pushes", "confirm", "laptop", "READ_WRITE_CONFIG"], 5, 'no peer has the instance id "laptop"'],
      [["pushes", "list", "--peer", "laptop"], 5, 'no peer has the instance id "laptop"'],
    ] as const) {
      expect(await command(...args)).toMatchObject({ code, out: "", err: expect.stringContaining(words) });
    }
  });
});

function command(...args: readonly string[]): Promise<Ended> {
  return runToEnd([...args, "--data-dir", join(folder, "data")]);
}
