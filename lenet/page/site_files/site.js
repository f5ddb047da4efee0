// Starts the page without a server: every file is beside this one, or in a folder below.
import { start } from "./static/page.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = () => document.body.classList.toggle("dark", dark.matches);
dark.addEventListener("change", setTheme);
setTheme();

const base = new URL(".", import.meta.url).href.replace(/[/]$/, "");
start(document.querySelector("main"), base, JSON.parse(document.querySelector("#settings").textContent));
// Once loaded, the page works offline. Without a secure address there are no service workers, and it needs the network.
navigator.serviceWorker?.register(new URL("offline.js", import.meta.url)).catch(() => {});
