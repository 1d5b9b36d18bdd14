import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
// First: it takes the token out of the address before anything reads where the window is.
import { serviceAccess } from "./host.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import { App } from "./App.tsx";
import { connect } from "./connection.ts";
import { startNews } from "./state/news.ts";
import { startLiveQueries } from "./state/queries.ts";
import { startTheme } from "./state/theme.ts";

startTheme();
startLiveQueries();
startNews();
connect(serviceAccess());
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
