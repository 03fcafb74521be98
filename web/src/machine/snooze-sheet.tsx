import { ConnectError } from "@connectrpc/connect";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useState } from "react";
import { useNow } from "../live/now.js";
import { Mark } from "../parts/mark.js";
import { Sheet } from "../parts/sheet.js";
import { said } from "../parts/toasts.js";
import { near } from "../words/times.js";
import { firstDay, morningOf, SHEET_SNOOZES } from "./snooze-times.js";
import { NOT_SNOOZED, useSettingsChange } from "./use-settings-change.js";

interface SnoozeSheetProps {
  readonly instanceId: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Asks until when a machine is not to be told of. */
export function SnoozeSheet({ instanceId, open, onClose }: SnoozeSheetProps) {
  const nowMs = useNow();
  const set = useSettingsChange();
  const [day, setDay] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const snooze = async (untilMs: number) => {
    setBusy(true);
    setError(undefined);
    try {
      await set({ instanceId, snoozedUntil: timestampFromMs(untilMs) });
      onClose();
      said(`${instanceId} is snoozed until ${near(untilMs, nowMs)}.`, {
        label: "Undo",
        run: () => set({ instanceId, snoozedUntil: NOT_SNOOZED }),
      });
    } catch (reason) {
      setError(ConnectError.from(reason).rawMessage);
    } finally {
      setBusy(false);
    }
  };
  const chosen = morningOf(day, nowMs);
  return (
    <Sheet open={open} onClose={onClose} title={`Snooze ${instanceId}`}>
      <p>
        Until then it leaves “Needs attention”. Its verdict stays what it is, and its session, its history and its plans
        go on as they are.
      </p>
      <div className="snooze-times">
        {SHEET_SNOOZES.map(({ words, untilMs }) => (
          <button key={words} type="button" className="btn" disabled={busy} onClick={() => void snooze(untilMs(nowMs))}>
            {words} <span className="dim small">until {near(untilMs(nowMs), nowMs)}</span>
          </button>
        ))}
      </div>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== undefined) void snooze(chosen);
        }}
      >
        <label className="label" htmlFor="snooze-day">
          Until the morning of
        </label>
        <input
          id="snooze-day"
          className="input snooze-day"
          type="date"
          min={firstDay(nowMs)}
          value={day}
          onChange={(event) => setDay(event.target.value)}
        />
        <button type="submit" className="btn btn-primary" disabled={busy || chosen === undefined}>
          Snooze
        </button>
      </form>
      {error !== undefined && (
        <div className="note v-failing" role="alert">
          <Mark name="failing" />
          <div>{error}</div>
        </div>
      )}
    </Sheet>
  );
}
