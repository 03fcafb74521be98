import { useLocation } from "wouter";
import type { Caller } from "../../../gen/hub/v1/access_pb.js";
import { Icon } from "../parts/icon.js";
import { Menu } from "../parts/menu.js";
import { useAccountItems } from "./account-menu.js";
import { PAGES } from "./pages.js";

/** On a phone: the pages that have no room in the bar, and the account. */
export function MoreMenu({ caller }: { readonly caller: Caller }) {
  const [, navigate] = useLocation();
  const account = useAccountItems(caller);
  const pages = PAGES.filter(({ onPhone }) => !onPhone).map(({ name, path }) => ({
    label: name,
    onSelect: () => navigate(path),
  }));
  return (
    <Menu
      items={[...pages, ...account]}
      trigger={
        <button type="button" className="more">
          <Icon name="more" size={20} />
          More
        </button>
      }
    />
  );
}
