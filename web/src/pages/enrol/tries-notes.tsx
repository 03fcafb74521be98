import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMemo } from "react";
import { Link } from "wouter";
import type { RefusedConnection } from "../../../../gen/hub/v1/connections_pb.js";
import { useLivePart } from "../../live/live.js";
import { Mark } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { Words } from "../../parts/words.js";
import { sayRefusal } from "../../words/refusals.js";
import { triesWhile } from "./tries.js";

/** Who tried and was refused since somebody waits; nobody where that is not known. */
export function useTries(
  sinceMs = Number.POSITIVE_INFINITY,
  forInstance: string | undefined,
): readonly RefusedConnection[] {
  const refused = useLivePart((state) => state.refused);
  const machines = useLivePart((state) => state.machines);
  return useMemo(() => {
    const before = [...machines.values()].filter(
      ({ enrolledAt }) => enrolledAt !== undefined && timestampMs(enrolledAt) < sinceMs,
    );
    const enrolledBefore = new Set(before.map(({ instanceId }) => instanceId));
    return triesWhile(refused.values(), { sinceMs, enrolledBefore, forInstance });
  }, [refused, machines, sinceMs, forInstance]);
}

interface TriesProps {
  readonly tries: readonly RefusedConnection[];
  readonly address: string;
}

/** Who tried and was refused, why, and what helps. */
export function Tries({ tries, address }: TriesProps) {
  return (
    <div role="status" className="stack-2">
      {tries.map((entry) => {
        const { who, cause, cure } = sayRefusal(entry, address);
        return (
          <div className="note v-refused" key={entry.id}>
            <Mark name="refused" size={18} />
            <div className="wrap-any">
              <b>
                A machine tried and was refused
                {entry.lastSeen !== undefined && (
                  <>
                    , <When at={entry.lastSeen} />
                  </>
                )}
                .
              </b>{" "}
              <bdi>{who}</bdi>: {cause} <Words text={cure} />
            </div>
            <Link className="btn" href={`/connections?find=${encodeURIComponent(who)}`}>
              Connections
            </Link>
          </div>
        );
      })}
    </div>
  );
}
