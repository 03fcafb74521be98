import { Link } from "wouter";
import type { Push } from "../../../../gen/hub/v1/pushes_pb.js";
import { machinePath } from "../../frame/pages.js";
import { MarkWord } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { Words } from "../../parts/words.js";
import { withoutCommand } from "../../words/hub-words.js";
import { pushItems, pushStanding } from "./push-states.js";

interface PushTableProps {
  readonly rows: readonly Push[];
  readonly connected: (instanceId: string) => boolean | undefined;
  readonly withRepo: boolean;
}

/** Changes, a row each, with what became of them. */
export function PushTable({ rows, connected, withRepo }: PushTableProps) {
  return (
    <table className="table fold last" aria-label="Changes">
      <thead>
        <tr>
          <th scope="col">Machine</th>
          {withRepo && <th scope="col">Change</th>}
          <th scope="col">State</th>
          <th scope="col">Why</th>
          <th scope="col" className="r">
            When
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((push) => {
          const { mark, word, why } = pushStanding(push, connected(push.instanceId));
          const at = push.endedAt ?? push.sentAt ?? push.createdAt;
          return (
            <tr key={push.id}>
              <th scope="row">
                <Link className="name" href={machinePath(push.instanceId)}>
                  {push.instanceId}
                </Link>
              </th>
              {withRepo && (
                <td data-l="Change">
                  <span className="nowrap">{pushItems(push)}</span>
                  {push.sharedRepoId === "" && <div className="dim small">by {push.createdBy}</div>}
                </td>
              )}
              <td data-l="State">
                <MarkWord name={mark} word={word} />
              </td>
              <td data-l="Why" className="muted anywhere">
                <Words text={withoutCommand(why)} />
              </td>
              <td data-l="When" className="r dim nowrap">
                {at !== undefined && <When at={at} focusable={false} />}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
