// Starts the page without a server: every file is beside this one, or in a folder below.
import { start } from "./static/page.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = () => document.body.classList.toggle("dark", dark.matches);
dark.addEventListener("change", setTheme);
setTheme();

const base = new URL(".", import.meta.url).href.replace(/[/]$/, "");
const [main, settings] = ["main", "#settings"].map((selector) => document.querySelector(selector));
if (main instanceof HTMLElement && settings) start(main, base, JSON.parse(settings.textContent));
// Once loaded, the page works offline. Without a secure address there are no service workers, and it needs the network.
navigator.serviceWorker?.register(new URL("offline.js", import.meta.url)).catch(() => {});
