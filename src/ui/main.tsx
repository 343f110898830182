import { render } from "preact";
import { App } from "./app.tsx";
import "./style/base.css";
import "./style/layout.css";
import "./style/templates.css";
import "./style/chat.css";
import "./style/blueprint.css";
import "./style/diagram.css";
import "./style/deployment.css";

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
