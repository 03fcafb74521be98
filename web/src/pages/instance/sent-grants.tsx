import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { Said } from "../../parts/said.js";
import type { Labels } from "../../words/labels.js";
import { grantClicks } from "../../words/pieces.js";
import { many } from "../../words/sizes.js";
import { Grant } from "./grant.js";
import { isArriving } from "./machine.js";
import { missingRepos, operationsTitle, type Sends, toSee } from "./sends.js";

interface SentProps {
  readonly machine: InstanceHealth;
  readonly sends: Sends;
  readonly labels: Labels;
  readonly hubName: string;
}

/** Whose operations come in, and what to click there to have the others come, too. */
export function OperationsGrant({ machine, sends, labels, hubName }: SentProps) {
  const { plans, missing } = sends;
  if (isArriving(machine))
    return (
      <Grant is="part" title="Its history is still coming in">
        What it sends shows when all of it has come.
      </Grant>
    );
  const title = operationsTitle(sends);
  const toGrant = <Said pieces={grantClicks(labels, hubName, "readOperations")} />;
  if (plans > missing.length && !sends.namesPlans)
    return (
      <Grant is="part" title={title}>
        It names none of its plans, so there may be more: for single repos Backrest sends no list. To have all,{" "}
        {toGrant}
      </Grant>
    );
  if (plans > 0 && missing.length === 0) return <Grant is="yes" title={title} />;
  const repos = missingRepos(sends);
  const none = plans === missing.length;
  return (
    <Grant is={none ? "no" : "part"} title={title}>
      <p>
        {none && "Nothing can be said about its backups. "}
        {toSee(sends)} {toGrant}
        {repos.length > 0 && !none && labels.knownHosts !== undefined && ` Ticking ${repos.join(", ")} is enough.`} It
        reconnects within seconds.
      </p>
      {!none && (
        <p>If it has that already, nothing of {missing.length === 1 ? "that plan" : "those plans"} has run yet.</p>
      )}
    </Grant>
  );
}

/** How much of its settings it shows. A machine that sends operations by repo may have plans that it does not name. */
export function ConfigurationGrant({ sends, labels, hubName }: Omit<SentProps, "machine">) {
  const { configuration, repos, configured } = sends;
  const counts = `${many(repos.shown, "repo")}, ${many(configured.shown, "plan")}`;
  if (configuration === "whole")
    return (
      <Grant is="yes" title="Its whole configuration">
        {counts}, as far as it names them. That is where the schedules come from.
      </Grant>
    );
  const how = <Said pieces={grantClicks(labels, hubName, "readConfig")} />;
  if (configuration === "repos")
    return (
      <Grant is="part" title="Its repos, and no plans">
        {many(repos.shown, "repo")}. For single repos Backrest sends no plans and no schedules. To see them, {how}
      </Grant>
    );
  if (configuration === "part")
    return (
      <Grant is="part" title="Part of its configuration">
        {repos.shown} of {many(repos.named, "repo")}, {configured.shown} of {many(configured.named, "plan")}. To see the
        rest, {how}
      </Grant>
    );
  return (
    <Grant is="no" title="Not its configuration">
      Schedules are not known, so due times are learned from past backups. To see them, {how}
    </Grant>
  );
}
