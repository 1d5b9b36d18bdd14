import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./styles/tokens.css";
import "./styles/base.css";
import { App } from "./App.tsx";
import { connect } from "./connection.ts";
import { serviceAccess } from "./host.ts";
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
