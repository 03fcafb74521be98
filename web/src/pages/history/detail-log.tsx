import { useEffect, useMemo, useRef, useState } from "react";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Failed, Loading } from "../../parts/list-states.js";
import { UiLabel, UiPath } from "../../parts/words.js";
import { firstWords, harmless } from "../../words/harmless.js";
import { size } from "../../words/sizes.js";
import { asSentence } from "../../words/hub-words.js";
import { LOG_LABELS } from "../../words/labels.js";
import { endOf, logRefs, SHOWN_CHARACTERS, wordsInstead } from "./log-text.js";
import { kindWord, planOf } from "./operation-words.js";
import { useLog } from "./use-log.js";

/** What the hub keeps by itself is shown at once; other logs when somebody looks for them. */
export function DetailLog({ operation }: { readonly operation: Operation }) {
  const refs = logRefs(operation);
  if (operation.status === OperationStatus.STATUS_PENDING) return null;
  return (
    <div className="stack-2">
      <h3>Log</h3>
      {refs.length === 0 && <p className="small muted">This operation has no log.</p>}
      {refs.map((ref, n) => (
        <OneLog
          key={ref}
          logRef={ref}
          name={refs.length === 1 ? "log" : n === 0 ? "log of the task" : "log of the output"}
          operation={operation}
        />
      ))}
    </div>
  );
}

interface OneLogProps {
  readonly logRef: string;
  readonly name: string;
  readonly operation: Operation;
}

function OneLog({ logRef, name, operation }: OneLogProps) {
  const [wanted, setWanted] = useState(operation.status === OperationStatus.STATUS_ERROR);
  const { data, error, isFetching, refetch } = useLog(logRef, wanted);
  if (!wanted) {
    return (
      <button type="button" className="btn" onClick={() => setWanted(true)}>
        Ask the hub for the {name}
      </button>
    );
  }
  if (error !== null && !isFetching) {
    return (
      <Failed
        what={`The ${name} could not be read`}
        error={error}
        rpc="v1.Backrest/GetLogs"
        retry={() => void refetch()}
      />
    );
  }
  if (data === undefined) {
    return (
      <>
        <Loading rows={3} />
        <p className="hint">The hub asks the machine, if it is one that sends logs; that may take a minute.</p>
      </>
    );
  }
  const words = wordsInstead(data);
  if (words !== undefined) return <NoLog words={words} operation={operation} again={() => void refetch()} />;
  return <LogText text={data} name={name} />;
}

interface NoLogProps {
  readonly words: string;
  readonly operation: Operation;
  readonly again: () => void;
}

/** Where the log is, since the hub has none. */
function NoLog({ words, operation, again }: NoLogProps) {
  return (
    <div className="small muted stack-2">
      <p>
        The log stays on the machine. Read it there under <UiPath path={listPath(operation)} />, in the menu (⋮) of this{" "}
        {kindWord(operation).toLowerCase()}: <UiLabel>{LOG_LABELS.viewLogs}</UiLabel>.
      </p>
      <p>
        <bdi>{asSentence(harmless(words))}</bdi>{" "}
        <button type="button" className="link" onClick={again}>
          Ask again
        </button>
      </p>
    </div>
  );
}

function listPath(operation: Operation): string {
  const plan = planOf(operation);
  const { plans, repositories, listView } = LOG_LABELS;
  return plan === undefined
    ? `${repositories} › ${firstWords(operation.repoId, 80)} › ${listView}`
    : `${plans} › ${plan} › ${listView}`;
}

function LogText({ text, name }: { readonly text: string; readonly name: string }) {
  const [all, setAll] = useState(false);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    // What went wrong stands at the end.
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, []);
  const shown = useMemo(() => harmless(all ? text : endOf(text)), [text, all]);
  return (
    <>
      <div className="op-row">
        <CopyButton text={text} label={`Copy the ${name}`} />
        {text.length > SHOWN_CHARACTERS && !all && (
          <>
            <button type="button" className="btn btn-quiet" onClick={() => setAll(true)}>
              Show all {size(text.length)}
            </button>
            <span className="hint">Its end is shown.</span>
          </>
        )}
      </div>
      {/* What scrolls is scrolled with the keyboard, too. */}
      <pre ref={box} className="code op-text op-log" tabIndex={0} aria-label={name}>
        {text === "" ? "The log is empty." : shown}
      </pre>
    </>
  );
}
