import type { PointerEventHandler } from "react";
import { Link } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { Push, RepoShare } from "../../../../gen/hub/v1/pushes_pb.js";
import { machinePath } from "../../frame/pages.js";
import { Icon } from "../../parts/icon.js";
import { MarkWord } from "../../parts/mark.js";
import { MayButton } from "../../parts/may-button.js";
import { Menu } from "../../parts/menu.js";
import { When } from "../../parts/when.js";
import { Words } from "../../parts/words.js";
import { useHasRole, useMay } from "../../session/session.js";
import { withoutCommand } from "../../words/hub-words.js";
import type { Standing } from "./push-states.js";

export interface ShareRow {
  readonly share: RepoShare;
  readonly standing: Standing;
  /** The last of the repo to this machine. */
  readonly push: Push | undefined;
}

interface SharesTableProps {
  readonly repoId: string;
  readonly rows: readonly ShareRow[];
  readonly again: (share: RepoShare) => void;
  readonly unshare: (instanceId: string) => void;
  readonly onPointerMove: PointerEventHandler;
  readonly onPointerLeave: PointerEventHandler;
}

export function SharesTable({ repoId, rows, again, unshare, ...hold }: SharesTableProps) {
  // A column of buttons that do nothing would only be in the way.
  const mayEver = useHasRole(Role.ADMIN);
  return (
    <table className="table fold last" aria-label={`${repoId} on each machine`} {...hold}>
      <thead>
        <tr>
          <th scope="col">Machine</th>
          <th scope="col">State</th>
          <th scope="col">Why</th>
          <th scope="col" className="r">
            When
          </th>
          {mayEver && (
            <th scope="col" className="r">
              <span className="sr">Action</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { share, standing, push } = row;
          const at = push?.endedAt ?? push?.sentAt ?? push?.createdAt;
          return (
            <tr key={share.instanceId}>
              <th scope="row">
                <Link className="name" href={machinePath(share.instanceId)}>
                  {share.instanceId}
                </Link>
              </th>
              <td data-l="State">
                <MarkWord name={standing.mark} word={standing.word} />
              </td>
              <td data-l="Why" className="muted anywhere">
                <Words text={withoutCommand(standing.why)} />
              </td>
              <td data-l="When" className="r dim nowrap">
                {at !== undefined && <When at={at} focusable={false} />}
              </td>
              {mayEver && (
                <td className="r nowrap">
                  <Actions row={row} again={again} unshare={unshare} />
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What has gone out, or will by itself, needs nobody. */
const UNDER_WAY = new Set(["Pending", "Sent"]);

interface ActionsProps extends Pick<SharesTableProps, "again" | "unshare"> {
  readonly row: ShareRow;
}

function Actions({ row: { share, standing }, again, unshare }: ActionsProps) {
  const { may } = useMay(Role.ADMIN);
  const { instanceId } = share;
  const items = [
    { label: `Unshare ${instanceId} …`, onSelect: () => unshare(instanceId), danger: true, disabled: !may },
  ];
  return (
    <>
      {standing.open && !UNDER_WAY.has(standing.word) && (
        <MayButton role={Role.ADMIN} onClick={() => again(share)}>
          {standing.word === "Not sent" ? "Send" : "Send again"}
          <span className="sr"> to {instanceId}</span> …
        </MayButton>
      )}
      <Menu
        items={items}
        trigger={
          <button type="button" className="icon-btn" aria-label={`More for ${instanceId}`}>
            <Icon name="more" />
          </button>
        }
      />
    </>
  );
}
