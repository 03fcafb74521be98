import type { Backrest } from "../../gen/v1/service_pb.js";
import { HubError } from "../errors.js";

/** The rpcs of `v1.Backrest` that a hub serves. */
type Served =
  | "getConfig"
  | "getOperations"
  | "getOperationEvents"
  | "getSummaryDashboard"
  | "getLogs"
  | "clearHistory"
  | "generatePairingToken";

type Refused = Exclude<keyof typeof Backrest.method, Served>;

const ON_THE_MACHINE = "do it in the Backrest of the machine itself";

/** What a hub has no repos, no restic and no files for: why, and where to do it instead. */
const WORDS: Record<Refused, string> = {
  setConfig: `a hub has no configuration of Backrest's kind: its own settings are flags and a file, tokens are made and revoked with \`backrest-hub tokens\`, machines are let in with \`backrest-hub peers\`; to change a repo or a plan, ${ON_THE_MACHINE}`,
  setupSftp: `a hub connects to no repo; ${ON_THE_MACHINE}`,
  checkRepoExists: `a hub has no restic to look with; ${ON_THE_MACHINE}`,
  addRepo: `a hub has no repos of its own; ${ON_THE_MACHINE}`,
  removeRepo: `a hub has no repos of its own; ${ON_THE_MACHINE}`,
  listSnapshots: "a hub has no restic to list snapshots with; its history names those that the machines have told of",
  listSnapshotFiles: `a hub cannot look into snapshots; ${ON_THE_MACHINE}`,
  backup: `a hub backs nothing up and starts nothing on machines; ${ON_THE_MACHINE}`,
  doRepoTask: `a hub starts nothing on machines; ${ON_THE_MACHINE}`,
  forget: `a hub cannot forget snapshots; ${ON_THE_MACHINE}. To hide operations from the hub's history, clear them`,
  restore: `a hub cannot restore; ${ON_THE_MACHINE}, or with restic on the repo`,
  cancel: `a hub cannot stop what runs on a machine; ${ON_THE_MACHINE}`,
  runCommand: `a hub runs no restic commands; ${ON_THE_MACHINE}`,
  getDownloadURL: `a hub has no files to download; ${ON_THE_MACHINE}`,
  pathAutocomplete: `a hub cannot see the files of a machine; ${ON_THE_MACHINE}`,
};

/** Handlers that answer `unimplemented` in words for the person in front of Backrest's page. */
export function notAtAHub(): Record<Refused, () => never> {
  const refuse = (words: string) => (): never => {
    throw new HubError("unimplemented", words).toConnectError();
  };
  return mapValues(WORDS, refuse);
}

function mapValues<K extends string, A, B>(record: Record<K, A>, map: (value: A) => B): Record<K, B> {
  // The keys stay what they are, which Object.fromEntries does not tell.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, map(value)])) as Record<K, B>;
}
