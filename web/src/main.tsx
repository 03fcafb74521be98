// First of all, since it says in which order the layers of all styles go.
import "./style/all.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { ROOT } from "./root.js";
import { applyTheme } from "./theme.js";

applyTheme();
// Browsers look for the icon anew wherever the page's address goes, relative to that.
for (const icon of document.querySelectorAll<HTMLLinkElement>("link[rel=icon]")) icon.href = `${ROOT.href}icon.svg`;
const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no place to draw in");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
