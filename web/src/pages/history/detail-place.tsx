import { useEffect, useId, useRef } from "react";
import type { Operation } from "../../../../gen/v1/operations_pb.js";
import { useShortcuts } from "../../keys.js";
import { Icon } from "../../parts/icon.js";
import { Empty, Failed, Loading } from "../../parts/list-states.js";
import { Sheet } from "../../parts/sheet.js";
import { useMedia } from "../../parts/use-media.js";
import { Detail } from "./detail.js";
import { headline } from "./operation-words.js";
import { useMachineGone } from "./use-machine-gone.js";
import type { MachineName } from "./use-machine-names.js";
import { useOperation } from "./use-operation.js";
import type { ChangeView } from "./use-view.js";
import type { HistoryView } from "./view.js";

/** Where there is room for one. */
const SECOND_COLUMN = "(min-width: 73.8125em)";

interface DetailPlaceProps {
  readonly view: HistoryView;
  readonly change: ChangeView;
  readonly nameOf: MachineName;
  /** The operation that is open, where the list has it. */
  readonly listed: Operation | undefined;
  /** Told when it was closed, so that the focus can go back to where it was. */
  readonly onClosed: (id: bigint) => void;
}

/** The open detail: beside the list where there is room, else over it. */
export function DetailPlace(props: DetailPlaceProps) {
  const { operation } = props.view;
  return operation === undefined ? null : <Open key={String(operation)} id={operation} {...props} />;
}

function Open({ id, change, nameOf, listed, onClosed }: DetailPlaceProps & { readonly id: bigint }) {
  const wide = useMedia(SECOND_COLUMN);
  const { operation, isPending, error, refetch } = useOperation(id, listed);
  const gone = useMachineGone(operation === undefined ? "" : nameOf(operation));
  const close = () => {
    change({ operation: undefined });
    onClosed(id);
  };
  const title = operation === undefined ? `Operation ${id}` : headline(operation, gone);
  const body =
    operation !== undefined ? (
      <Detail operation={operation} machine={nameOf(operation)} change={change} />
    ) : error !== null ? (
      <Failed
        what="The operation could not be read"
        error={error}
        rpc="v1.Backrest/GetOperations"
        retry={() => void refetch()}
      />
    ) : isPending ? (
      <Loading />
    ) : (
      <Empty title="This operation is not here any more">
        <p>Its machine removed it from its own history, or somebody cleared it at the hub.</p>
      </Empty>
    );
  return wide ? (
    <Panel title={title} close={close}>
      {body}
    </Panel>
  ) : (
    <Sheet open onClose={close} title={title}>
      <div className="detail-sheet">{body}</div>
    </Sheet>
  );
}

interface PanelProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: React.ReactNode;
}

function Panel({ title, close, children }: PanelProps) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  useShortcuts([{ keys: "Escape", does: "Close the detail", run: close }]);
  useEffect(() => {
    panel.current?.scrollTo({ top: 0 });
  }, []);
  return (
    <aside ref={panel} className="card panel" aria-labelledby={id} id="detail">
      <header>
        <h2 id={id}>{title}</h2>
        <div className="end row">
          <span className="dim small" aria-hidden="true">
            <kbd>j</kbd> <kbd>k</kbd>
          </span>
          <button type="button" className="icon-btn" aria-label="Close the detail" onClick={close}>
            <Icon name="x" />
          </button>
        </div>
      </header>
      {children}
    </aside>
  );
}
