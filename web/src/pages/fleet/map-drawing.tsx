import { memo, type MouseEvent, type PointerEvent, useMemo } from "react";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { CELL, drawMap } from "./map.js";

interface MapDrawingProps {
  readonly machines: readonly InstanceHealth[];
  readonly columns: number;
  /** The cell that the keys have reached. */
  readonly at: number | undefined;
  readonly onPoint: (cell: number | undefined) => void;
  readonly onOpen: (cell: number) => void;
}

export function MapDrawingView({ machines, columns, at, onPoint, onOpen }: MapDrawingProps) {
  const { width, height } = useMemo(() => drawMap(machines, columns), [machines, columns]);
  const cellOf = ({ currentTarget, clientX, clientY }: PointerEvent | MouseEvent) => {
    const box = currentTarget.getBoundingClientRect();
    const unit = box.width / width;
    const [column, row] = [
      Math.floor((clientX - box.left) / unit / CELL),
      Math.floor((clientY - box.top) / unit / CELL),
    ];
    const cell = row * columns + column;
    return column < columns && cell < machines.length ? cell : undefined;
  };
  return (
    // The list around it takes the keys.
    <svg
      className="map"
      viewBox={`0 0 ${width} ${height}`}
      onPointerMove={(event) => onPoint(cellOf(event))}
      onPointerLeave={() => onPoint(undefined)}
      onClick={(event) => {
        const cell = cellOf(event);
        if (cell !== undefined) onOpen(cell);
      }}
    >
      <Marks machines={machines} columns={columns} />
      {at !== undefined && (
        <rect
          className="map-at"
          x={(at % columns) * CELL - 0.5}
          y={Math.floor(at / columns) * CELL - 0.5}
          width={CELL - 1}
          height={CELL - 1}
          rx={2}
        />
      )}
    </svg>
  );
}

const Marks = memo(function Marks({ machines, columns }: Pick<MapDrawingProps, "machines" | "columns">) {
  const { ok, marks } = drawMap(machines, columns);
  return (
    <>
      <path className="ok" d={ok} />
      {marks.map(({ mark, x, y, id }) => (
        <use key={id} className={`v-${mark}`} href={`#m-${mark}`} x={x} y={y} width={12} height={12} />
      ))}
    </>
  );
});
