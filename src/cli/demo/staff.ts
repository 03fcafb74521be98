import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { AccessService, Role as HubRole } from "../../../gen/hub/v1/access_pb.js";
import { FleetService } from "../../../gen/hub/v1/fleet_pb.js";
import { PairingService } from "../../../gen/hub/v1/pairing_pb.js";
import { Authentication } from "../../../gen/v1/authentication_pb.js";
import type { CliContext } from "../context.js";
import { findHub, needRunning, type RunningTarget } from "../hub-connection.js";
import type { Role } from "./cast.js";

/** What everybody of the demo logs in with. */
export const PASSWORD = "demo-fleet-1";

/** The people of the demo, as whom it does what they would have done. */
export interface Staff {
  readonly ada: RunningTarget;
  readonly ole: RunningTarget;
  readonly vera: RunningTarget;
}

const DAY_MS = 86_400_000;
const PEOPLE = [
  { name: "ada", role: HubRole.ADMIN },
  { name: "ole", role: HubRole.OPERATOR },
  { name: "vera", role: HubRole.VIEWER },
] as const;

/** Undefined where a hub's data has users already, whose doings nobody adds to. */
export async function hireStaff(hub: RunningTarget, dataDir: string, context: CliContext): Promise<Staff | undefined> {
  const access = createClient(AccessService, hub.transport);
  if ((await access.listUsers({})).users.length > 0) return undefined;
  for (const person of PEOPLE) await access.addUser({ ...person, password: PASSWORD });
  const as = async (username: string) => {
    const { token } = await createClient(Authentication, hub.transport).login({ username, password: PASSWORD });
    return needRunning(await findHub({ dataDir, token }, context));
  };
  return { ada: await as("ada"), ole: await as("ole"), vera: await as("vera") };
}

/**
 * Tokens for programs and for machines, and something of everything in the audit log.
 * @returns the secret of the token with which the tills were to join
 */
export async function handOutTokens({ ada, vera }: Staff): Promise<string> {
  const access = createClient(AccessService, ada.transport);
  const pairing = createClient(PairingService, ada.transport);
  await access.createAccessToken({ name: "grafana", role: HubRole.VIEWER });
  await access.createAccessToken({ name: "ansible", role: HubRole.OPERATOR, ttl: { seconds: 604_800n } });
  await pairing.createPairingToken({ label: "Forgotten laptop", ttl: { nanos: 1_000_000 } });
  await pairing.createPairingToken({ label: "Front desk, new PC", ttl: { seconds: 3_600n } });
  const { secret } = await pairing.createPairingToken({ label: "Tills", ttl: { seconds: 86_400n }, maxUses: 10 });
  await createClient(AccessService, vera.transport)
    .setUserRole({ name: "vera", role: HubRole.ADMIN })
    .catch(() => {});
  await createClient(Authentication, vera.transport)
    .login({ username: "vera", password: "demo-fleet-2" })
    .catch(() => {});
  return secret;
}

/** What the operator of such a fleet would set of a machine that has joined: `backrest-hub instances set …`. */
export async function setUpWatching({ transport }: RunningTarget, role: Role): Promise<void> {
  const { instanceId, notAlwaysOn, snoozedDays } = role;
  if (notAlwaysOn === undefined && snoozedDays === undefined) return;
  await createClient(FleetService, transport).setInstanceHealth({
    instanceId,
    ...(notAlwaysOn === undefined ? {} : { notAlwaysOn }),
    ...(snoozedDays === undefined ? {} : { snoozedUntil: timestampFromMs(Date.now() + snoozedDays * DAY_MS) }),
  });
}
