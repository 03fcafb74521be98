import { toJson } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { type AuditEvent, CallerKind, ListAuditEventsResponseSchema } from "../../gen/hub/v1/access_pb.js";
import { withAccess } from "./access-target.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, type TargetOptions } from "./hub-connection.js";
import { instant, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { durationOrNone } from "./token-options.js";
import { wholeNumber } from "./simulate/options.js";
import { callerWords } from "./whoami.js";

const MAX_LIMIT = 10_000;

interface AuditOptions extends TargetOptions {
  readonly caller?: string;
  readonly action?: string;
  /** Milliseconds ago; 0 for everything. */
  readonly since?: number;
  readonly failures?: boolean;
  readonly limit: number;
}

export function auditCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("audit"))
    .description("Show what was changed by whom, and who was refused, the newest first.")
    .option("--caller <NAME>", "only of this user or access token")
    .option("--action <RPC>", "only this rpc, such as RemovePeer or hub.v1.PeersService/RemovePeer")
    .option("--since <DURATION>", "only of so long, such as 24h or 7d", durationOrNone)
    .option("--failures", "only what was refused or failed")
    .option("--limit <NUMBER>", `at most so many, at most ${MAX_LIMIT}`, wholeNumber(1, MAX_LIMIT), 100)
    .action(async (options: AuditOptions) => {
      const { caller, action, since = 0, failures = false, limit } = options;
      const found = await withAccess(options, context, (access) =>
        access.listAuditEvents({
          ...(caller === undefined ? {} : { caller }),
          ...(action === undefined ? {} : { action }),
          ...(since === 0 ? {} : { since: timestampFromMs(Date.now() - since) }),
          failuresOnly: failures,
          limit,
        }),
      );
      if (options.json === true) printJson(context, toJson(ListAuditEventsResponseSchema, found, JSON_FORM));
      else context.out(listing(found.events));
    });
}

function listing(events: readonly AuditEvent[]): string {
  if (events.length === 0) return "nothing in the audit log\n";
  return table(
    ["WHEN", "WHO", "FROM", "WHAT", "OUTCOME", "REQUEST"],
    events.map((event) => [
      when(event.lastAt),
      who(event),
      event.address === "" ? "the hub's machine" : event.address,
      event.action,
      event.outcome + (event.times > 1n ? ` (${event.times} times)` : ""),
      event.summary,
    ]),
  );
}

function when(at: Timestamp | undefined): string {
  return at === undefined ? "" : instant(timestampMs(at));
}

function who({ caller }: AuditEvent): string {
  if (caller === undefined || caller.kind === CallerKind.UNSPECIFIED) return "nobody known";
  return callerWords(caller);
}
