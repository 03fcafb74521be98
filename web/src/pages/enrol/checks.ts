import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Connection } from "../../../../gen/hub/v1/connections_pb.js";
import type { InstanceHealth, PlanHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { Peer } from "../../../../gen/hub/v1/peers_pb.js";
import { PushPermission, PushState, type SharedRepo } from "../../../../gen/hub/v1/pushes_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import type { Labels } from "../../words/labels.js";
import { shortKey } from "../../words/keys.js";
import { namesPlans } from "../../words/plans.js";
import { count, many } from "../../words/sizes.js";
import { ago, duration } from "../../words/times.js";
import { HERE, type Where } from "../../words/where.js";
import { grantClicks, nextTry, type Piece } from "../../words/pieces.js";
import type { Grants } from "./wishes.js";

/** One thing that was looked at when a machine arrived. */
export interface Check {
  /** `part` is missing and not needed; `missing` is to be mended. */
  readonly kind: "yes" | "part" | "missing" | "running";
  readonly title: string;
  readonly said: readonly Piece[];
  readonly end?: string;
  /** Repos of which somebody has to say that the machine takes them. */
  readonly toConfirm?: readonly string[];
}

/** What the hub knows of a machine that came; each part comes when it comes. */
export interface Arrival {
  readonly instanceId: string;
  readonly machine: InstanceHealth | undefined;
  readonly peer: Peer | undefined;
  readonly connection: Connection | undefined;
  readonly state: PeerState | undefined;
  /** All repos that the hub shares, with whomever. */
  readonly sharedRepos: readonly SharedRepo[] | undefined;
  /** What was chosen. */
  readonly grants: Grants;
  readonly labels: Labels;
  /** The hub's instance ID, as it stands among the machine's known hosts. */
  readonly hub: string;
  /** When the machine could join at the earliest; absent where nobody knows. */
  readonly sinceMs?: number | undefined;
  readonly byToken: boolean;
}

export function checksOf(arrival: Arrival, nowMs: number, where: Where = HERE): readonly Check[] {
  return [
    connected(arrival),
    letIn(arrival),
    operations(arrival),
    ...sharedRepos(arrival),
    ...configuration(arrival),
    history(arrival, nowMs, where),
  ];
}

function connected({ machine, connection, peer, sinceMs, byToken, labels }: Arrival): Check {
  const firstMs = machine?.enrolledAt === undefined ? undefined : timestampMs(machine.enrolledAt);
  const took = byToken && sinceMs !== undefined && firstMs !== undefined ? firstMs - sinceMs : undefined;
  const end = took === undefined || took < 0 ? {} : { end: `after ${duration(took)}` };
  if (connection !== undefined) {
    const program = connection.clientVersion === "" ? "" : `, ${connection.clientVersion}`;
    const how = connection.encrypted ? "encrypted session" : "in clear text";
    return { kind: "yes", title: "Connected", said: [` from ${connection.remoteAddress}${program}, ${how}`], ...end };
  }
  if (machine?.connected === true) return { kind: "yes", title: "Connected", said: [], ...end };
  const never = machine?.lastSeen === undefined && peer?.lastSeen === undefined;
  return {
    kind: "running",
    title: never ? "Let in; waiting for its connection" : "Not connected right now",
    said: never ? [". ", ...nextTry(labels)] : [". It dials again by itself."],
  };
}

function letIn({ peer, connection, byToken }: Arrival): Check {
  const keyid = peer?.keyid ?? connection?.keyid;
  return {
    kind: "yes",
    title: byToken ? "Token accepted" : "Its key is approved",
    said: keyid === undefined ? [] : [", key ", { code: shortKey(keyid) }, " is kept for this name"],
  };
}

function operations(arrival: Arrival): Check {
  const { machine, peer, labels, hub } = arrival;
  const plans = planNames(arrival);
  const sending = new Set((machine?.plans ?? []).filter(sends).map(({ planId }) => planId));
  const silent = plans.filter((plan) => !sending.has(plan));
  const came = Number(peer?.operationCount ?? 0n) > 0;
  if (isComing(arrival)) return { kind: "running", title: "Looking at what it sends", said: [" …"] };
  if (plans.length === 0 && !came) {
    return {
      kind: "missing",
      title: "Nothing has come of its operations.",
      said: [
        " If it has no plan yet, add one there: it appears here by itself. If it has plans, ",
        ...grantClicks(labels, hub, "readOperations"),
      ],
    };
  }
  if (plans.length === 0) return { kind: "yes", title: "It sends operations", said: [] };
  if (!namesPlans(arrival.state)) {
    return {
      kind: "part",
      title: `It sends operations of ${many(plans.length, "plan")}`,
      said: [
        `: ${names(plans)}. It names none of its plans, so there may be more: for single repos Backrest sends no list. To have all, `,
        ...grantClicks(labels, hub, "readOperations"),
      ],
    };
  }
  if (silent.length === 0) {
    return {
      kind: "yes",
      title: "It sends operations",
      said: [` of ${plans.length} of ${many(plans.length, "plan")}: ${names(plans)}`],
    };
  }
  const none = silent.length === plans.length;
  return {
    kind: came ? "part" : "missing",
    title: none
      ? "No operation of its plans has come."
      : `It sends operations of ${plans.length - silent.length} of ${plans.length} plans.`,
    said: [
      none ? ` It has ${names(silent)}. ` : ` None of ${names(silent)} came. `,
      "A plan that has never run has none: run it once there. Otherwise, ",
      ...grantClicks(labels, hub, "readOperations"),
    ],
  };
}

function configuration(arrival: Arrival): readonly Check[] {
  const { state, grants, labels, hub } = arrival;
  const config = state?.remoteConfig;
  const [repos, plans] = [config?.repos.length ?? 0, config?.plans.length ?? 0];
  const wanted = grants.config || grants.change;
  if (repos > 0 && plans === 0 && planNames(arrival).length > 0) {
    return [
      {
        kind: wanted ? "missing" : "part",
        title: `It sends ${many(repos, "repo")} of its configuration, and no plans.`,
        said: [
          " For single repos Backrest sends no schedules. To have them, ",
          ...grantClicks(labels, hub, "readConfig"),
        ],
        ...(wanted ? {} : { end: "optional" }),
      },
    ];
  }
  if (repos + plans > 0) {
    return [
      {
        kind: "yes",
        title: "It sends its configuration",
        said: [`: ${many(plans, "plan")} with their schedules, ${many(repos, "repo")}`],
      },
    ];
  }
  const isKnown = planNames(arrival).length > 0 && state !== undefined && !isComing(arrival);
  if (!isKnown) return [];
  return [
    {
      kind: wanted ? "missing" : "part",
      title: "It does not send its configuration.",
      said: [
        wanted
          ? " You wanted to see it: "
          : " Verdicts will be learned from its rhythm; that takes about 5 backups. To use its schedules instead, ",
        ...grantClicks(labels, hub, "readConfig"),
      ],
      ...(wanted ? {} : { end: "optional" }),
    },
  ];
}

/** Only where it was chosen, or something is shared with it. */
function sharedRepos({ sharedRepos: all, instanceId, grants, labels, hub }: Arrival): readonly Check[] {
  const shares = (all ?? []).flatMap(({ repo, shares: with_ }) =>
    with_.filter((share) => share.instanceId === instanceId).map((share) => ({ id: repo?.id ?? "", share })),
  );
  if (all === undefined || (shares.length === 0 && !grants.repos)) return [];
  const title = "It gets shared repos";
  if (shares.length === 0) return [{ kind: "yes", title, said: [": the hub shares none yet"] }];
  const ids = (fits: (share: (typeof shares)[number]["share"]) => boolean) =>
    shares.filter(({ share }) => fits(share)).map(({ id }) => id);
  const unsaid = ids(({ permission, inPlace }) => permission === PushPermission.UNKNOWN && !inPlace);
  if (unsaid.length > 0) {
    return [
      {
        kind: "missing",
        title: "Nobody has said that it takes shared repos.",
        said: [
          ` Backrest does not tell, and the hub sends ${names(unsaid)} only when somebody has looked. If the permission does not stand there yet, `,
          ...grantClicks(labels, hub, "receiveSharedRepos"),
        ],
        toConfirm: unsaid,
      },
    ];
  }
  const refused = ids(
    (share) => share.permission === PushPermission.NOT_GRANTED || share.lastPush === PushState.REFUSED,
  );
  if (refused.length > 0) {
    return [
      {
        kind: "missing",
        title: `It does not take ${names(refused)}.`,
        said: [" To allow it, ", ...grantClicks(labels, hub, "receiveSharedRepos")],
      },
    ];
  }
  const there = ids(({ inPlace }) => inPlace);
  if (there.length === shares.length) {
    return [{ kind: "yes", title, said: [`: its own list of repos shows ${names(there)}`] }];
  }
  const sent = ids(({ lastPush }) => lastPush === PushState.SENT);
  return sent.length + there.length === shares.length
    ? [
        {
          kind: "part",
          title,
          said: [`: ${names(sent)} went out; it cannot confirm, since it does not send its configuration`],
        },
      ]
    : [{ kind: "running", title, said: [`: ${names(shares.map(({ id }) => id))} are on their way`] }];
}

function history({ machine, peer }: Arrival, nowMs: number, where: Where): Check {
  const catchUp = machine?.catchUp;
  if (catchUp !== undefined) {
    const all = catchUp.expected === undefined ? "" : ` of ${count(catchUp.expected, where)}`;
    return {
      kind: "running",
      title: "Its history is coming in",
      said: [`: ${count(catchUp.received, where)}${all} operations`],
    };
  }
  const number = peer?.operationCount ?? 0n;
  if (number === 0n) return { kind: "running", title: "First history", said: [": none has come yet"] };
  const successes = (machine?.plans ?? []).flatMap(({ lastSuccess }) => lastSuccess?.start ?? []).map(timestampMs);
  const last =
    successes.length === 0 ? "no backup in it has succeeded" : `last success ${ago(Math.max(...successes), nowMs)}`;
  return {
    kind: "yes",
    title: "First history",
    said: [`: ${count(number, where)} ${number === 1n ? "operation" : "operations"}; ${last}`],
  };
}

function isComing({ machine, connection }: Arrival): boolean {
  return machine?.catchUp !== undefined || (machine?.lastSeen === undefined && connection === undefined);
}

function planNames({ machine, state }: Arrival): readonly string[] {
  const listed = (state?.knownPlans ?? []).map(({ id }) => id);
  const shown = (state?.remoteConfig?.plans ?? []).map(({ id }) => id);
  const judged = (machine?.plans ?? []).map(({ planId }) => planId);
  return [...new Set([...listed, ...shown, ...judged])].toSorted((a, b) => a.localeCompare(b));
}

function sends({ lastRun, lastSuccess, runningSince, running }: PlanHealth): boolean {
  return [lastRun, lastSuccess, runningSince, running].some((part) => part !== undefined);
}

/** `daten, profil`; of many the first five. */
function names(plans: readonly string[]): string {
  const shown = plans.slice(0, 5).join(", ");
  return plans.length > 5 ? `${shown} and ${plans.length - 5} more` : shown;
}
