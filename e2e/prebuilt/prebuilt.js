// The page of the unmodified Prebuilt. The driver says what it is given before the page opens.
import { HMSPrebuilt } from "@100mslive/roomkit-react";
import "@100mslive/roomkit-react/index.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

createRoot(document.getElementById("app")).render(createElement(HMSPrebuilt, window.given));
