import { afterAll, afterEach, beforeAll, beforeEach } from "@jest/globals";
import type { Browser } from "playwright-core";
import { Board, type BoardOptions } from "./board.js";
import { type BoardMachine, connectFleet } from "./board-fleet.js";
import { addUser, type RoleName } from "./callers.js";
import { startChromium, testInChromium } from "./chromium.js";
import { Logins } from "./logins.js";
import { type Flags, startTestHub, type TestHub } from "./test-hub.js";

/** What happens at a machine shows on a page within this time. */
export const LIVE_MS = 1_000;

/** People by their names; the first is who looks at a page where nobody else is named. */
export type People = Readonly<Record<string, RoleName>>;

export interface BoardsOptions {
  /** Who may use the hub that the file's tests share. Absent: they share none. */
  readonly people?: People;
  /** Settings of that hub. */
  readonly flags?: Flags;
}

export interface OpenOptions extends Partial<Omit<BoardOptions, "cookies" | "path">> {
  /** Who is signed in; null for nobody. */
  readonly user?: string | null;
}

/** The hub, the browser and the pages of one test file. What a test opens is closed after it, the rest after them all. */
export function useBoards({ people, flags }: BoardsOptions = {}) {
  const somebody = Object.keys(people ?? {})[0] ?? null;
  const ofFile: End[] = [];
  /** While a test runs. */
  let ofTest: End[] | undefined;
  let browser: Browser | undefined;
  let shared: TestHub | undefined;
  let atDesk: Board | undefined;
  const logins = new Logins();

  const atEnd = (end: End) => void (ofTest ?? ofFile).push(end);
  const startHub = async (withFlags: Flags = {}, withPeople: People = {}): Promise<TestHub> => {
    const hub = await startTestHub(withFlags);
    atEnd(() => hub.close());
    await Promise.all(Object.entries(withPeople).map(([name, role]) => addUser(hub, name, role)));
    return hub;
  };
  const sharedHub = (): TestHub => {
    if (shared === undefined) throw new Error("the tests of this file share no hub");
    return shared;
  };

  beforeAll(async () => {
    atEnd(() => logins.close());
    const starting = startChromium();
    atEnd(async () => (await starting).close());
    if (people !== undefined) shared = await startHub(flags, people);
    browser = await starting;
  });
  beforeEach(() => {
    ofTest = [];
  });
  afterEach(async () => {
    const ends = ofTest ?? [];
    ofTest = undefined;
    await endAll(ends);
  });
  afterAll(() => endAll(ofFile), 60_000);

  const cookiesOf = async (url: string, user: string | null) => (user === null ? [] : logins.cookiesOf(url, user));
  const openFor = async (path: string, { user = somebody, ...options }: OpenOptions = {}): Promise<Board> => {
    if (browser === undefined) throw new Error("the browser has not started");
    const { url = sharedHub().url } = options;
    return Board.open(browser, { ...options, url, path, cookies: await cookiesOf(url, user) });
  };
  const open = async (path = "/", options?: OpenOptions): Promise<Board> => {
    const board = await openFor(path, options);
    atEnd(() => board.close());
    return board;
  };
  const desk = async (path = "/"): Promise<Board> => {
    if (atDesk !== undefined) {
      await atDesk.startAnew(path, await cookiesOf(sharedHub().url, somebody));
      return atDesk;
    }
    const board = await openFor(path);
    ofFile.push(() => board.close());
    atDesk = board;
    return board;
  };
  const fleet = async (machines: number, days: number, at = sharedHub()): Promise<readonly BoardMachine[]> => {
    const all = await connectFleet(at, machines, days);
    atEnd(() => all.forEach(({ peer }) => peer.kill()));
    return all;
  };

  return {
    it: testInChromium(),
    /** That the file's tests share. */
    get hub(): TestHub {
      return sharedHub();
    },
    /** A hub of its own, with people of its own. */
    startHub,
    /** A page in a browser of its own, with nothing kept from another. */
    open,
    /** The page of the first of the people, loaded anew for one test after the other that leaves nothing behind in it. */
    desk,
    /** Machines with the history of so many days, at the shared hub where no other is named. */
    connectFleet: fleet,
    /** Has something else ended with the test that runs, or with the file where none does; last come, first ended. */
    atEnd,
  };
}

type End = () => unknown;

async function endAll(ends: End[]): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}
