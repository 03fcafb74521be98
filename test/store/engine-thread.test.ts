import { describe, expect, test } from "@jest/globals";
import type { HubError } from "../../src/errors.js";
import { EngineThread } from "../../src/store/sqlite/engine-thread.js";
import type { ReaderCalls } from "../../src/store/sqlite/messages.js";

const SCRIPT = new URL("./dying-worker.js", import.meta.url);

describe("engine thread", () => {
  test("ST27: a thread that dies rejects what waits and all that follows, and says so once", async () => {
    const failures: HubError[] = [];
    const thread = new EngineThread<ReaderCalls>(SCRIPT, "reader", (error) => failures.push(error));
    expect(await thread.call("stats", undefined)).toBe("alive");
    const waiting = [thread.call("listPeers", undefined), thread.call("stats", undefined)];
    const results = await Promise.allSettled(waiting);
    expect(results).toMatchObject([{ reason: { code: "unavailable" } }, { reason: { code: "unavailable" } }]);
    await expect(thread.call("stats", undefined)).rejects.toMatchObject({ code: "unavailable", level: "error" });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.cause).toMatchObject({ message: "the thread dies" });
    await thread.stop();
    expect(failures).toHaveLength(1);
  });

  test("ST27: a thread that is stopped rejects what waits without an alarm", async () => {
    const failures: HubError[] = [];
    const thread = new EngineThread<ReaderCalls>(SCRIPT, "reader", (error) => failures.push(error));
    await thread.call("stats", undefined);
    const stopped = thread.stop();
    await expect(thread.call("stats", undefined)).rejects.toMatchObject({ code: "unavailable" });
    await stopped;
    expect(failures).toEqual([]);
  });
});
