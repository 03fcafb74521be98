import { CopyButton } from "../../parts/copy-button.js";

interface CopyBoxProps {
  readonly text: string;
  readonly label: string;
  readonly primary?: boolean;
  readonly shortcut?: string;
}

/** Something short to be copied as it stands. */
export function CopyBox({ text, label, primary = false, shortcut }: CopyBoxProps) {
  return (
    <div className="copy">
      <code className="token">{text}</code>
      <CopyButton text={text} label={label} primary={primary} {...(shortcut === undefined ? {} : { shortcut })} />
    </div>
  );
}

interface CopyCodeProps {
  readonly text: string;
  readonly name: string;
  /** Long lines go on in the next one. */
  readonly wrapped?: boolean;
}

/** Something long to be copied; it scrolls by itself. */
export function CopyCode({ text, name, wrapped = false }: CopyCodeProps) {
  return (
    <div className="copy">
      {/* What scrolls must be reached by keyboard. */}
      <pre className={wrapped ? "code wrap" : "code"} tabIndex={0} aria-label={name}>
        {text}
      </pre>
      <CopyButton text={text} label={`Copy ${name}`} />
    </div>
  );
}
