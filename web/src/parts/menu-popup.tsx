import { Menu as Base } from "@base-ui/react/menu";
import type { MenuProps } from "./menu.js";

/** The menu itself, open when it is first shown. */
export function MenuPopup({ trigger, items }: MenuProps) {
  return (
    <Base.Root defaultOpen>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="menu-place" sideOffset={4} align="end">
          <Base.Popup className="menu">
            {items.map(({ label, onSelect, danger = false, disabled = false }) => (
              <Base.Item
                key={label}
                className={`menu-item${danger ? " is-danger" : ""}`}
                disabled={disabled}
                onClick={onSelect}
              >
                {label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
