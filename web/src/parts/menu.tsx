import { cloneElement, lazy, type ReactElement, Suspense, useState } from "react";

const load = () => import("./menu-popup.js");
const MenuPopup = lazy(() => load().then((m) => ({ default: m.MenuPopup })));

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}

export interface MenuProps {
  /** A button. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly items: readonly MenuItem[];
}

/** Things that can be done with something. Loaded when somebody reaches for it. */
export function Menu({ trigger, items }: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const closed = cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: () => void load(),
    onFocus: () => void load(),
    onClick: () => setWanted(true),
  });
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuPopup trigger={trigger} items={items} />
    </Suspense>
  );
}
