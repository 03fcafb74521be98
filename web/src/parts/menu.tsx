import { cloneElement, type ReactElement, useState } from "react";
import { ahead, late } from "./late.js";

const load = () => import("./menu-popup.js");

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
    onPointerEnter: () => ahead(load),
    onFocus: () => ahead(load),
    onClick: () => setWanted(true),
  });
  if (!wanted) return closed;
  return <MenuPopup trigger={trigger} items={items} />;
}

const MenuPopup = late<MenuProps>(
  () => load().then((m) => m.MenuPopup),
  ({ trigger }, { error }) =>
    cloneElement(trigger, {
      "aria-haspopup": "menu",
      title: error === undefined ? undefined : "Waits for the connection to the hub.",
    }),
);
