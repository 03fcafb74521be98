import type { MachineFacts } from "./machine-facts.js";

/** Ways through a machine's own screens, or into its configuration file where it has no screen, as sentences for its operator. */

type Of = Pick<MachineFacts, "generation">;

const KNOWN_HOSTS = "Settings › Multihost › Known Hosts";

/** How a machine lets the hub see its operations. */
export function grantOperations({ generation }: Of): string {
  return generation === "seed"
    ? inFile("PERMISSION_READ_OPERATIONS")
    : `On that machine open ${KNOWN_HOSTS}, give this hub Read Operations for All Repositories (*), and press Save changes.`;
}

/** How a machine lets the hub see its schedules. Of single repos a Backrest sends none. */
export function grantSchedules({ generation }: Of): string {
  return generation === "seed"
    ? inFile("PERMISSION_READ_CONFIG")
    : `On that machine open ${KNOWN_HOSTS}, press Add Permission at this hub, choose Edit Repo Configuration for All Repositories (*), and press Save changes.`;
}

/** How a machine is told of the hub; what keeps one silent that knows it already, its Backrest does not say. */
export function nameTheHub({ generation }: Of): string {
  return generation === "seed"
    ? "On that machine name this hub in config.json under `knownHosts`. If it stands there already, `instance` must be filled and `instanceUrl` begin with http://;"
    : `On that machine enter this hub under ${KNOWN_HOSTS} and press Save changes. If it stands there already, Instance ID must be filled and Instance URL begin with http:// or https://;`;
}

/** Where a plan has its schedule. */
export function lookAtSchedule(planId: string, machine: Of): string {
  return `Look at the schedule of ${planId} on that machine: ${pencil(planId, machine)}.`;
}

export function addSchedule(planId: string, machine: Of): string {
  return `Add a schedule to ${planId} on that machine: ${pencil(planId, machine)}.`;
}

/** The pencil shows only when one points at the row. */
function pencil(planId: string, { generation }: Of): string {
  const heading = generation === "seed" ? "Backup Schedule" : "Schedule";
  return `under Plans point at ${planId}, press the pencil, and open Update Plan › ${heading}`;
}

function inFile(permission: string): string {
  return `On that machine stop Backrest, give this hub in config.json under \`knownHosts\` the permission \`{ "type": "${permission}", "scopes": ["*"] }\`, and start it.`;
}
