import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runToEnd } from "./programs.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("what commands say of themselves", () => {
  test("CLI1: version, --version and help go to stdout and end with 0", async () => {
    for (const args of [["version"], ["--version"], ["help"], ["help", "serve"], ["peers", "add", "--help"]]) {
      const { code, out, err } = await runToEnd(args);
      expect([args, code, err]).toEqual([args, 0, ""]);
      expect(out).toMatch(/\d+\.\d+\.\d+|Usage: backrest-hub/);
    }
    expect(JSON.parse((await runToEnd(["version", "--json"])).out)).toEqual({
      version: expect.any(String),
      node: process.versions.node,
    });
  });

  test("CLI2: a slip is answered with what was probably meant, with code 2 and without a stack", async () => {
    for (const [args, hint] of [
      [["serv"], "Did you mean serve"],
      [["serve", "--lisen", ":1"], "Did you mean --listen"],
      [["peers", "ad"], "Did you mean add"],
      [["peers", "approve"], "missing required argument 'keyid'"],
      [["peers", "add", "--instance-id", "x"], "give --instance-id and --keyid"],
      [["completion", "tcsh"], "Allowed choices are bash, zsh, fish"],
      [["states", "--url", "hub.example.org"], "is no address of a hub"],
      [[], "Usage: backrest-hub"],
    ] as const) {
      const { code, out, err } = await runToEnd(args);
      expect([args, code, out]).toEqual([args, 2, ""]);
      expect(err).toContain(hint);
      expect(err).not.toMatch(/\n\s+at /);
    }
  });

  test("CLI3: wrong settings are all listed at once, from wherever they came, with code 2", async () => {
    const file = join(folder, "hub.json");
    writeFileSync(file, JSON.stringify({ "max-knocks": "many" }));
    const { code, out, err } = await runToEnd(["serve", "--listen", "here", "--config", file], {
      BACKREST_HUB_LOG_LEVEL: "loud",
    });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(
      /3 settings are wrong:\n {2}listen: .*--listen.*\n {2}log-level: .*BACKREST_HUB_LOG_LEVEL.*\n {2}max-knocks: .*hub\.json/,
    );
  });

  test("CLI4: commands that need a hub say where to find one, with code 3", async () => {
    const { code, err } = await runToEnd(["states", "--data-dir", join(folder, "none")]);
    expect(code).toBe(3);
    expect(err).toMatch(/no hub is running on .*none; start it with `backrest-hub serve`/);
    const gone = await runToEnd(["states"], { BACKREST_HUB_URL: "http://127.0.0.1:1", BACKREST_HUB_TOKEN: "x" });
    expect([gone.code, gone.err]).toEqual([3, "error: no hub answers at http://127.0.0.1:1 (ECONNREFUSED)\n"]);
    const tokenless = await runToEnd(["states", "--url", "http://127.0.0.1:1"]);
    expect([tokenless.code, tokenless.err]).toEqual([2, expect.stringContaining("BACKREST_HUB_TOKEN")]);
  });
});

describe("completion", () => {
  test("CLI5: the bash script offers commands, their flags, and passes over values", async () => {
    const { out } = await runToEnd(["completion", "bash"]);
    const complete = (...words: string[]): string[] => {
      const script = `${out}\nCOMP_WORDS=(backrest-hub ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _backrest_hub; echo "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
      expect(stderr).toBe("");
      return stdout.trim().split(" ");
    };
    expect(complete("")).toEqual(
      expect.arrayContaining(["serve", "identity", "peers", "states", "version", "completion"]),
    );
    expect(complete("peers", "")).toEqual(expect.arrayContaining(["list", "add", "approve", "remove"]));
    expect(complete("peers", "add", "--ke")).toEqual(["--keyid"]);
    expect(complete("--data-dir", "/srv", "peers", "add", "--instance-id", "x", "--f")).toEqual(["--file"]);
    expect(complete("serve", "--allow-clear-text-p")).toEqual(["--allow-clear-text-peers"]);
    expect(complete("completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  });

  test("CLI5: the zsh and fish scripts name every command", async () => {
    for (const shell of ["zsh", "fish"]) {
      const { code, out } = await runToEnd(["completion", shell]);
      expect(code).toBe(0);
      for (const word of ["serve", "identity", "peers", "approve", "states", "version", "data-dir"])
        expect(out).toContain(word);
    }
  });
});
