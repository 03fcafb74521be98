import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useState } from "react";

interface ChartFrameProps {
  readonly title: string;
  /** Beside the title. */
  readonly note: string;
  /** Marks of the upright axis, from the top. */
  readonly axis: readonly string[];
  /** Marks of the other one but the last, which is today. */
  readonly ends: readonly string[];
  /** How many values there are to point at. */
  readonly count: number;
  /** One value in words. */
  readonly say: (n: number) => string;
  /** Where each value is, from 0 to 1; side by side by default. */
  readonly places?: readonly number[];
  readonly children: (shown: number | undefined) => ReactNode;
}

/** What charts have in common: axes, and the exact value of what is pointed at or stepped to with the arrow keys. */
export function ChartFrame({ title, note, axis, ends, count, say, places, children }: ChartFrameProps) {
  const id = useId();
  const [pointed, setPointed] = useState<number>();
  const [stepped, setStepped] = useState<number>();
  const [hasFocus, setHasFocus] = useState(false);
  const last = Math.max(0, count - 1);
  const at = Math.min(stepped ?? last, last);
  const shown = count === 0 ? undefined : (pointed ?? (hasFocus ? at : undefined));
  const point = ({ currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    if (width > 0) setPointed(nearest((clientX - left) / width, count, places));
  };
  const step = (event: KeyboardEvent) => {
    const to = nextOf(event.key, at, last);
    if (to === undefined) return;
    event.preventDefault();
    setPointed(undefined);
    setStepped(to);
  };
  return (
    <figure className="stack-2 chart-figure">
      <figcaption className="run-line">
        <span className="label" id={id}>
          {title}
        </span>
        <span className="muted">{note}</span>
      </figcaption>
      <div className="chart">
        <div className="y" aria-hidden="true">
          {axis.map((mark, n) => (
            // Two marks may say the same.
            <span key={n}>{mark}</span>
          ))}
        </div>
        {/* An input would be a thumb on a track; this steps through values. */}
        <div
          className="plot"
          role="slider"
          tabIndex={0}
          aria-labelledby={id}
          aria-readonly="true"
          aria-valuemin={1}
          aria-valuemax={last + 1}
          aria-valuenow={at + 1}
          aria-valuetext={`${say(at)}; ${note}`}
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={() => setPointed(undefined)}
          onFocus={() => setHasFocus(true)}
          onBlur={() => setHasFocus(false)}
          onKeyDown={step}
        >
          {children(shown)}
          {shown !== undefined && <Said place={places?.[shown] ?? (shown + 0.5) / count} text={say(shown)} />}
        </div>
        <div className="x" aria-hidden="true">
          {ends.map((mark, n) => (
            // Two marks may say the same.
            <span key={n}>{mark}</span>
          ))}
          <span>today</span>
        </div>
      </div>
    </figure>
  );
}

/** Over the chart, so that nothing moves; who does not see it hears the same as the value. */
function Said({ place, text }: { readonly place: number; readonly text: string }) {
  const style = place < 0.5 ? { left: `${place * 100}%` } : { right: `${(1 - place) * 100}%` };
  return (
    <span className="chart-said" aria-hidden="true" style={style}>
      {text}
    </span>
  );
}

function nearest(place: number, count: number, places: readonly number[] | undefined): number {
  if (places === undefined) return Math.max(0, Math.min(count - 1, Math.floor(place * count)));
  const distances = places.map((each) => Math.abs(each - place));
  return distances.indexOf(Math.min(...distances));
}

function nextOf(key: string, at: number, last: number): number | undefined {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, at - 1);
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(last, at + 1);
    case "PageUp":
      return Math.min(last, at + 7);
    case "PageDown":
      return Math.max(0, at - 7);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}
