import { Link } from "wouter";
import type { Connection } from "../../../../gen/hub/v1/connections_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { Peer } from "../../../../gen/hub/v1/peers_pb.js";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { historyPath } from "../../frame/pages.js";
import { MarkWord } from "../../parts/mark.js";
import { PageHead } from "../../parts/page-head.js";
import { Presence } from "../../parts/presence.js";
import { When } from "../../parts/when.js";
import { useHasRole } from "../../session/session.js";
import { useNow } from "../../live/now.js";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { shortKey } from "../../words/keys.js";
import { date, near } from "../../words/times.js";
import { generationOf, generationWords, verdictCounts } from "./machine.js";
import { SnoozeMenu } from "./snooze-menu.js";

interface MachineHeadProps {
  readonly machine: InstanceHealth;
  readonly peer: Peer | undefined;
  readonly connection: Connection | undefined;
}

/** Who it is and how it is, in two lines. */
export function MachineHead({ machine, peer, connection }: MachineHeadProps) {
  const { instanceId, plans, enrolledAt, settings } = machine;
  const nowMs = useNow();
  const isOperator = useHasRole(Role.OPERATOR);
  const snoozedMs = settings?.snoozedUntil === undefined ? undefined : timestampMs(settings.snoozedUntil);
  return (
    <PageHead
      tab={instanceId}
      above={
        <p className="crumb">
          <Link href="/">Fleet</Link>
        </p>
      }
      title={instanceId}
      beside={
        <>
          {verdictCounts(plans).map(({ words, count }) => (
            <MarkWord key={words.word} name={words.mark} word={`${count} ${words.word}`} chip />
          ))}
          {plans.length === 0 && <MarkWord name="unknown" word="Unknown" chip />}
          <Presence machine={machine} />
          {snoozedMs !== undefined && <span className="chip">snoozed until {near(snoozedMs, nowMs)}</span>}
          {settings?.ignored === true && <span className="chip">ignored</span>}
        </>
      }
      lead={
        <div className="facts">
          <span>
            Backrest <b>{versionWords(peer, connection)}</b>
          </span>
          {enrolledAt !== undefined && (
            <span>
              enrolled{" "}
              <b>
                <When at={enrolledAt} words={date(timestampMs(enrolledAt), nowMs)} />
              </b>
            </span>
          )}
          {connection !== undefined && (
            <span>
              from <b className="mono">{connection.remoteAddress}</b>
            </span>
          )}
          {peer !== undefined && (
            <span>
              key <b className="mono">{shortKey(peer.keyid)}</b>
            </span>
          )}
        </div>
      }
      actions={
        <>
          {isOperator && <SnoozeMenu machine={machine} />}
          <Link className="btn" href={historyPath({ machine: instanceId })}>
            Its history
          </Link>
        </>
      }
    />
  );
}

/** As its way to talk tells; a version of its own no Backrest sends. */
function versionWords(peer: Peer | undefined, connection: Connection | undefined): string {
  const told = connection?.clientVersion.replace(/^Backrest /u, "") ?? "";
  return told === "" ? generationWords(generationOf(peer)) : told;
}
