import { Icon } from "../parts/icon.js";
import { isDark, useTheme } from "../theme.js";

export function ThemeButton() {
  const [theme, setTheme] = useTheme();
  const dark = isDark(theme);
  return (
    <button
      type="button"
      className="icon-btn"
      aria-label={dark ? "Switch to the light theme" : "Switch to the dark theme"}
      onClick={() => setTheme(dark ? "light" : "dark")}
    >
      <Icon name="theme" />
    </button>
  );
}
