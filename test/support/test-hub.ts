import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { checkConfig } from "../../src/config.js";
import { type Hub, startHub } from "../../src/hub.js";
import { type DataDirectory, openDataDirectory } from "../../src/identity/data-directory.js";

/** A hub of its own for one test, on a free port, with a data directory that goes away with it. */
export interface TestHub {
  readonly hub: Hub;
  readonly directory: DataDirectory;
  readonly dataDir: string;
  readonly token: string;
  /** What was logged, one parsed line each. */
  readonly log: Record<string, unknown>[];
  readonly url: string;
  /** Stops it and starts it again on the same data and the same port. */
  restart(): Promise<TestHub>;
  close(): Promise<void>;
}

export type Flags = Readonly<Record<string, string | boolean>>;

/** @param flags settings by name, as on the command line */
export async function startTestHub(flags: Flags = {}): Promise<TestHub> {
  return start(mkdtempSync(join(tmpdir(), "backrest-hub-test-")), flags, []);
}

async function start(dataDir: string, flags: Flags, log: Record<string, unknown>[]): Promise<TestHub> {
  const logger = pino({ level: "debug", base: null }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const config = checkConfig({
    flags: { listen: "127.0.0.1:0", "data-dir": dataDir, ...flags },
    env: {},
    home: dataDir,
    workingDirectory: dataDir,
  });
  const directory = openDataDirectory(dataDir, { logger, hostName: "test-hub" });
  const hub = await startHub({ config, directory, logger, version: "0.0.0-test" });
  const stop = async () => {
    await hub.close();
    directory.close();
  };
  return {
    hub,
    directory,
    dataDir,
    log,
    token: directory.adminToken,
    url: hub.url,
    restart: async () => {
      await stop();
      return start(dataDir, { ...flags, listen: `127.0.0.1:${hub.port}` }, log);
    },
    close: async () => {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
