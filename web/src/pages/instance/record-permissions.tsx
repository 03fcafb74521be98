import { ConnectError } from "@connectrpc/connect";
import { createConnectQueryKey, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { type GetPermissionsResponse, PushService } from "../../../../gen/hub/v1/pushes_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../../../gen/v1/config_pb.js";
import { Mark } from "../../parts/mark.js";
import { Sheet } from "../../parts/sheet.js";
import { said } from "../../parts/toasts.js";
import { useHasRole, useMay } from "../../session/session.js";
import type { Labels } from "../../words/labels.js";

const RECEIVE = GrantType.PERMISSION_RECEIVE_SHARED_REPOS;
const WRITE = GrantType.PERMISSION_READ_WRITE_CONFIG;

interface RecordProps {
  readonly instanceId: string;
  readonly known: GetPermissionsResponse;
  readonly labels: Labels;
}

/** Lets an admin say what stands on the machine's own screen. */
export function RecordPermissions({ instanceId, known, labels }: RecordProps) {
  const { may, why } = useMay(Role.ADMIN);
  const isAdmin = useHasRole(Role.ADMIN);
  const [asks, setAsks] = useState(false);
  if (!isAdmin) return null;
  return (
    <div className="grant-end">
      <button type="button" className="btn" disabled={!may} title={why} onClick={() => setAsks(true)}>
        Record what it allows …
      </button>
      <Sheet open={asks} onClose={() => setAsks(false)} title={`What ${instanceId} allows`}>
        <RecordForm instanceId={instanceId} known={known} labels={labels} onDone={() => setAsks(false)} />
      </Sheet>
    </div>
  );
}

function RecordForm({ instanceId, known, labels, onDone }: RecordProps & { readonly onDone: () => void }) {
  const client = useQueryClient();
  const { recorded } = known;
  const has = (type: GrantType) => recorded.some((each) => each.type === type);
  const [types, setTypes] = useState(() => [RECEIVE, WRITE].filter(has));
  const confirm = useMutation(PushService.method.confirmPermissions);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    // Narrower scopes, which only the command line enters, stay as they are.
    const permissions = types.map((type) => recorded.find((each) => each.type === type) ?? { type, scopes: ["*"] });
    try {
      await confirm.mutateAsync({ instanceId, permissions });
    } catch {
      // It is said below.
      return;
    }
    const schema = PushService.method.getPermissions;
    await client.invalidateQueries({ queryKey: createConnectQueryKey({ schema, cardinality: undefined }) });
    said(`Recorded what ${instanceId} allows`);
    onDone();
  };
  const box = (type: GrantType, label: string, hint: string) => (
    <label className="check">
      <input
        type="checkbox"
        checked={types.includes(type)}
        onChange={({ target }) => setTypes(target.checked ? [...types, type] : types.filter((each) => each !== type))}
      />
      <span>
        <b>{label}</b> <span className="hint">{hint}</span>
      </span>
    </label>
  );
  return (
    <form className="stack" onSubmit={(event) => void save(event)}>
      <p className="muted">
        Copy what stands on the machine’s own screen, or in its config.json: what was granted there may look empty on
        the screen. What is sent without being allowed there ends its session for a minute. What waited for this is sent
        at once; nothing of its history changes.
      </p>
      {labels.permissions.receiveSharedRepos !== undefined &&
        box(RECEIVE, labels.permissions.receiveSharedRepos, "Repos that this hub shares with it are sent.")}
      {box(
        WRITE,
        labels.permissions.readWriteConfig,
        "Changes of its repos and plans are sent when somebody makes one.",
      )}
      {confirm.error !== null && (
        <div className="note v-failing" role="alert">
          <Mark name="failing" />
          <div>{ConnectError.from(confirm.error).rawMessage}</div>
        </div>
      )}
      <div className="actions">
        <button type="submit" className="btn btn-primary" disabled={confirm.isPending}>
          {types.length === 0 ? "Record that it allows nothing" : "Record"}
        </button>
      </div>
    </form>
  );
}
