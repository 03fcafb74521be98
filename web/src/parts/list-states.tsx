import { Code, ConnectError } from "@connectrpc/connect";
import { type ReactNode, useEffect, useState } from "react";
import { useLink } from "../live/live.js";
import { useNow } from "../live/now.js";
import { clock, exact } from "../words/times.js";
import { CopyButton } from "./copy-button.js";
import { Icon, type IconName } from "./icon.js";
import { Mark } from "./mark.js";

const SLOW_MS = 200;

/** Bars in the place of what is on its way; only after a moment, since most of it is there by then. */
export function Loading({ rows = 4 }: { readonly rows?: number }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="body stack" aria-busy="true" role="status">
      <span className="sr">Loading …</span>
      {slow && Array.from({ length: rows }, (_, n) => <span key={n} className={`skel tall w${4 - (n % 4)}`} />)}
    </div>
  );
}

/** What would be here, and the one way to get it. */
export function Empty({ title, icon, isPage = false, children }: EmptyProps) {
  const Heading = isPage ? "h2" : "h3";
  return (
    <div className="empty">
      {icon !== undefined && <Icon name={icon} size={24} />}
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly icon?: IconName | undefined;
  /** It stands for a page, right below its title. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
}

/** What could not be done, why, and what a report needs. */
export function Failed({ what, error, rpc, retry }: FailedProps) {
  const at = useState(() => Date.now())[0];
  const { rawMessage, code } = ConnectError.from(error);
  const report = `${what}: ${rawMessage} (${Code[code] ?? code}, ${rpc}, ${exact(at)})`;
  return (
    <div className="body">
      <div className="note v-failing" role="alert">
        <Mark name="failing" />
        <div className="stack-2">
          <b>{what}</b>
          <span>{rawMessage}</span>
          <span className="small muted">
            {Code[code] ?? code} · <code>{rpc}</code> · {exact(at)}
          </span>
        </div>
        <div className="actions">
          {retry !== undefined && (
            <button type="button" className="btn" onClick={retry}>
              Try again
            </button>
          )}
          <CopyButton text={report} label="Copy for a report" />
        </div>
      </div>
    </div>
  );
}

interface FailedProps {
  /** As "The pushes could not be read". */
  readonly what: string;
  readonly error: unknown;
  /** As "hub.v1.PushService/ListPushes". */
  readonly rpc: string;
  readonly retry?: (() => void) | undefined;
}

/** In the place of what was asked for and is not there: it is on its way, or why it could not be had. */
export function Missing({ query: { error, refetch }, rows, ...failed }: MissingProps) {
  if (error === null) return <Loading {...(rows === undefined ? {} : { rows })} />;
  return <Failed {...failed} error={error} retry={() => void refetch()} />;
}

interface MissingProps extends Pick<FailedProps, "what" | "rpc"> {
  readonly query: { readonly error: unknown; readonly refetch: () => Promise<unknown> };
  /** Bars in its place. */
  readonly rows?: number;
}

/** "as of 08:10" at the head of a list while the connection is lost; nothing otherwise. */
export function AsOf() {
  const link = useLink();
  const nowMs = useNow();
  return link.state === "lost" && nowMs - link.sinceMs > 3_000 ? (
    <span className="dim small">as of {clock(link.sinceMs)}</span>
  ) : null;
}
