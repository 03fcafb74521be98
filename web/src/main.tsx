// First of all, since it says in which order the layers of all styles go.
import "./style/all.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { ROOT } from "./root.js";
import { applyTheme } from "./theme.js";

applyTheme();
// Browsers read it again on other pages, whose addresses have more steps.
const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
if (icon !== null) icon.href = new URL("icon.svg", ROOT).href;
const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no place to draw in");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
