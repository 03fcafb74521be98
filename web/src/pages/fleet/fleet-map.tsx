import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { machinePath } from "../../frame/pages.js";
import { useKnownNow } from "../../live/now.js";
import { count } from "../../words/sizes.js";
import { presenceOf } from "../../words/presence.js";
import { verdictWords } from "../../words/verdicts.js";
import { Mark } from "../../parts/mark.js";
import { useMedia } from "../../parts/use-media.js";
import { type MapGroup, type MapPlace, mapGroups, moveInMap } from "./map.js";
import { MapDrawingView } from "./map-drawing.js";
import type { Group } from "./rows.js";

const NARROW_COLUMNS = 20;
const WIDE_COLUMNS = 72;

/** A mark for each machine. It is one tab stop: arrow keys move, Enter opens. */
export function FleetMap({ groups }: { readonly groups: readonly Group[] }) {
  const [, navigate] = useLocation();
  const nowMs = useKnownNow();
  const id = useId();
  const maps = useMemo(() => mapGroups(groups), [groups]);
  const columns = useColumns(maps.length === 1);
  const [at, setAt] = useState<MapPlace>({ group: 0, cell: 0 });
  const [pointed, setPointed] = useState<MapPlace>();
  const sizes = maps.map(({ machines }) => machines.length);
  const named = (place: MapPlace) => maps[place.group]?.machines[place.cell];
  const shown = named(pointed ?? at) ?? named({ group: 0, cell: 0 });
  const open = (place: MapPlace) => {
    const machine = named(place);
    if (machine !== undefined) navigate(machinePath(machine.instanceId));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") return open(at);
    const next = moveInMap(sizes, at, event.key, columns);
    if (!event.key.startsWith("Arrow") && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    setPointed(undefined);
    setAt(next);
  };
  const place = sizes.slice(0, at.group).reduce((sum, n) => sum + n, 0) + at.cell;
  const active = named(at);
  return (
    <div className="body stack">
      {/* Its active option is named within. */}
      <div
        className="map-list"
        role="listbox"
        tabIndex={0}
        aria-label="Map of machines"
        aria-activedescendant={active === undefined ? undefined : `${id}-at`}
        data-machine={active?.instanceId}
        onKeyDown={onKeyDown}
      >
        {active !== undefined && (
          <div
            id={`${id}-at`}
            role="option"
            className="sr"
            aria-selected="true"
            aria-setsize={sizes.reduce((sum, n) => sum + n, 0)}
            aria-posinset={place + 1}
          >
            {`${active.instanceId}, ${verdictWords(active.verdict).word}, ${presenceOf(active, nowMs).words}`}
          </div>
        )}
        <div className={maps.length === 1 ? "maps maps-one" : "maps"} aria-hidden="true">
          {maps.map((map, group) => (
            <MapSection
              key={map.name}
              map={map}
              columns={columns}
              at={at.group === group ? at.cell : undefined}
              onPoint={(cell) => setPointed(cell === undefined ? undefined : { group, cell })}
              onOpen={(cell) => open({ group, cell })}
            />
          ))}
        </div>
      </div>
      {maps.map(({ name, words }) => (
        <p key={name} className="sr">{`${name}: ${words}`}</p>
      ))}
      {shown !== undefined && (
        <p className="map-shown small" aria-hidden="true">
          <b>{shown.instanceId}</b>
          <span className={`v v-${verdictWords(shown.verdict).mark}`}>
            <Mark name={verdictWords(shown.verdict).mark} />
            <span>{verdictWords(shown.verdict).word}</span>
          </span>
          <span className="dim">{presenceOf(shown, nowMs).words}</span>
        </p>
      )}
    </div>
  );
}

interface MapSectionProps {
  readonly map: MapGroup;
  readonly columns: number;
  readonly at: number | undefined;
  readonly onPoint: (cell: number | undefined) => void;
  readonly onOpen: (cell: number) => void;
}

function MapSection({ map: { name, machines, words }, columns, at, onPoint, onOpen }: MapSectionProps) {
  return (
    <section>
      <h3>
        <span>{name}</span>
        <span className="dim">{count(machines.length)}</span>
      </h3>
      <MapDrawingView machines={machines} columns={columns} at={at} onPoint={onPoint} onOpen={onOpen} />
      <p className="xs dim">{words}</p>
    </section>
  );
}

/** One group alone has the width of the page. */
function useColumns(alone: boolean): number {
  const wide = useMedia("(min-width: 60.0625em)");
  return alone && wide ? WIDE_COLUMNS : NARROW_COLUMNS;
}
