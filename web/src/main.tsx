// First of all, since it says in which order the layers of all styles go.
import "./style/all.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { prepare } from "./live/live.js";
import { ROOT } from "./root.js";
import { applyTheme } from "./theme.js";

applyTheme();
prepare();
// Browsers look for it anew, by its relative name, beside whatever page is shown.
document.querySelector<HTMLLinkElement>("link[rel=icon]")?.setAttribute("href", new URL("icon.svg", ROOT).href);
const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no place to draw in");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
