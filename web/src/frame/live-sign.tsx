import { useLink } from "../live/live.js";

const WORDS = { connecting: "Connecting", live: "Live", lost: "Not live", "signed-out": "Signed out" } as const;

/** Whether what is shown is of now. */
export function LiveSign() {
  const { state } = useLink();
  return (
    <span className={`live${state === "live" ? "" : " is-off"}`} role="status">
      <span className="dot">
        <svg width="0.625rem" height="0.625rem" aria-hidden="true">
          <use href={state === "live" ? "#p-on" : "#p-off"} />
        </svg>
      </span>
      {WORDS[state]}
    </span>
  );
}
