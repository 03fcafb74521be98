import { describe, expect, test } from "@jest/globals";
import { HubError } from "../../src/errors.js";
import { MergedWatch, type Watchable } from "../../src/rpc/merged-watch.js";
import { Waiter } from "../../src/waiter.js";
import { eventually } from "../support/hub-calls.js";

/** A source that keeps only the latest of what it is given. */
class Latest implements Watchable<string> {
  readonly #waiter = new Waiter();
  #item: string | undefined;

  get closed(): boolean {
    return this.#waiter.closed;
  }

  put(item: string): void {
    this.#item = item;
    this.#waiter.wake();
  }

  fail(): void {
    this.#waiter.fail(new HubError("unavailable", "the hub is stopping"));
  }

  async next(timeoutMs: number): Promise<string | undefined> {
    if (this.#item === undefined) await this.#waiter.wait(timeoutMs);
    this.#waiter.throwIfFailed();
    const item = this.#item;
    this.#item = undefined;
    return item;
  }

  close(): void {
    this.#waiter.close();
  }
}

async function twoSources(): Promise<{ busy: Latest; quiet: Latest; merged: MergedWatch<string> }> {
  const [busy, quiet] = [new Latest(), new Latest()];
  const merged = new MergedWatch<string>();
  merged.add(busy);
  merged.add(quiet);
  return { busy, quiet, merged };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a merged watch", () => {
  test("BOARD6: of each source one item waits for a slow reader, and the source decides about the rest", async () => {
    const { busy, merged } = await twoSources();
    for (let n = 1; n <= 100; n++) {
      busy.put(`busy ${n}`);
      await soon();
    }
    expect([await merged.next(50), await merged.next(50), await merged.next(50)]).toEqual([
      "busy 1",
      "busy 100",
      undefined,
    ]);
    merged.close();
  });

  test("BOARD6: a busy source keeps no other back", async () => {
    const { busy, quiet, merged } = await twoSources();
    busy.put("busy");
    await soon();
    quiet.put("quiet");
    const got = [];
    for (let n = 0; n < 4; n++) {
      got.push(await merged.next(100));
      busy.put("busy");
      await soon();
    }
    expect(got.slice(0, 2)).toEqual(["busy", "quiet"]);
    merged.close();
  });

  test("BOARD6: the error of one source is the reader's, and closing closes all of them, those too that come late", async () => {
    const { busy, quiet, merged } = await twoSources();
    quiet.fail();
    await expect(merged.next(1_000)).rejects.toMatchObject({ code: "unavailable" });
    merged.close();
    const late = new Latest();
    merged.add(late);
    await eventually(() => expect([busy.closed, quiet.closed, late.closed]).toEqual([true, true, true]));
    expect(await merged.next(10).catch(() => "failed")).toBe("failed");
  });

  test("BOARD6: a reader that waits is told when it is closed", async () => {
    const { busy, merged } = await twoSources();
    const waiting = merged.next(60_000);
    merged.close();
    expect(await waiting).toBeUndefined();
    expect(busy.closed).toBe(true);
  });
});
