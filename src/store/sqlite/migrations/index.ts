import type { Migration } from "../migrate.js";
import { peersAndOperations } from "./0001-peers-and-operations.js";
import { logs } from "./0002-logs.js";
import { pairingTokens } from "./0003-pairing-tokens.js";
import { pushes } from "./0004-pushes.js";
import { access } from "./0005-access.js";
import { clearedOperations } from "./0006-cleared-operations.js";
import { backupRuns } from "./0007-backup-runs.js";
import { refusals } from "./0008-refusals.js";
import { tokenUsers } from "./0009-token-users.js";
import { notableOperations } from "./0010-notable-operations.js";
import { peersInSession } from "./0011-peers-in-session.js";
import { settledRefusals } from "./0012-settled-refusals.js";

/** All steps in order. Append only: a database that was written by any released hub has run a beginning of this list. */
export const MIGRATIONS: readonly Migration[] = [
  peersAndOperations,
  logs,
  pairingTokens,
  pushes,
  access,
  clearedOperations,
  backupRuns,
  refusals,
  tokenUsers,
  notableOperations,
  peersInSession,
  settledRefusals,
];
