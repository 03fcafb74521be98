import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMemo } from "react";
import { Link } from "wouter";
import type { RefusedConnection } from "../../../../gen/hub/v1/connections_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { useLivePart } from "../../live/live.js";
import { Mark } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { oneLine } from "../../words/sentences.js";
import { many } from "../../words/sizes.js";

const MOST = 2;

/** Machines that are not let in: the newest, and the way to cause and cure. */
export function RefusedNotes() {
  const refused = useLivePart((state) => state.refused);
  const machines = useLivePart((state) => state.machines);
  const open = useMemo(() => stillRefused(refused.values()), [refused]);
  if (open.length === 0) return null;
  return (
    <>
      {open.slice(0, MOST).map((one) => (
        <div key={one.id} className="note v-refused">
          <Mark name="refused" />
          <div>
            {claims(one, machines) && "A machine that calls itself "}
            <b>{one.instanceId || one.remoteAddress}</b> is refused: {lower(oneLine(one.sentence))}.{" "}
            {many(Number(one.count), "try", "tries")}
            {one.lastSeen !== undefined && (
              <>
                , the last <When at={one.lastSeen} />
              </>
            )}
            .<br />
            <Link href={`/connections?find=${encodeURIComponent(one.instanceId || one.remoteAddress)}`}>
              See cause and cure
            </Link>
          </div>
        </div>
      ))}
      {open.length > MOST && (
        <p className="small">
          <Link href="/connections">{many(open.length - MOST, "more refused connection")}</Link>
        </p>
      )}
    </>
  );
}

/** Whether it has the name of a machine that the hub knows, and is not known to be it. */
function claims({ id, instanceId }: RefusedConnection, machines: ReadonlyMap<string, InstanceHealth>): boolean {
  const machine = machines.get(instanceId);
  return machine !== undefined && machine.refused?.refusedId !== id;
}

/** What is settled since is none of right now. */
function stillRefused(refused: Iterable<RefusedConnection>): RefusedConnection[] {
  const seen = ({ lastSeen }: RefusedConnection) => (lastSeen === undefined ? 0 : timestampMs(lastSeen));
  return [...refused].filter(({ settled }) => !settled).toSorted((a, b) => seen(b) - seen(a));
}

function lower(text: string): string {
  return text.replace(/^\p{Lu}(?=\p{Ll}|\s)/u, (letter) => letter.toLowerCase());
}
