import { Fragment, type ReactNode } from "react";

/** `Settings › Multihost › Known Hosts`: a way through the screens of a Backrest. */
const PATH = /[A-Z][\w()*]*(?: [A-Z][\w()*]*)*(?: › [\p{L}\p{N}()*\-_]+(?: [A-Z][\w()*]*)*)+/gu;
const CODE = /`([^`]+)`/gu;

const LONG_STEP = 25;

/** A sentence of the hub's: ways through Backrest's screens and commands are set apart. */
export function Words({ text }: { readonly text: string }): ReactNode {
  return split(
    text,
    CODE,
    (match) => <code>{match.slice(1, -1)}</code>,
    (plain) => split(plain, PATH, (path) => <UiPath path={path} />),
  );
}

/** A way through the screens of a Backrest. */
export function UiPath({ path }: { readonly path: string }) {
  const steps = path.split(" › ");
  return (
    <span className="path">
      {steps.map((step, n) => (
        // The steps of a path have no other name.
        <Fragment key={n}>
          {n > 0 && " "}
          {/* No line begins with a ›; a step that fills a line by itself may be broken. */}
          <span className={step.length < LONG_STEP ? "nowrap" : undefined}>
            {step}
            {n < steps.length - 1 && <i> ›</i>}
          </span>
        </Fragment>
      ))}
    </span>
  );
}

/** A label of a Backrest's own screen. */
export function UiLabel({ children }: { readonly children: ReactNode }) {
  return <span className="ui">{children}</span>;
}

function split(
  text: string,
  pattern: RegExp,
  special: (match: string) => ReactNode,
  plain: (text: string) => ReactNode = (rest) => rest,
): ReactNode {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) parts.push(<Fragment key={at}>{plain(text.slice(at, match.index))}</Fragment>);
    parts.push(<Fragment key={`m${match.index}`}>{special(match[0])}</Fragment>);
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(<Fragment key={at}>{plain(text.slice(at))}</Fragment>);
  return parts;
}
