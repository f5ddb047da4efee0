"""What the page adds to the document's head: its stylesheet, and the modules and weights to preload."""

import json

from lenet.page.routes import FILES, STATIC_URL, Routes

STYLE = f"{STATIC_URL}/page.css"

# The stylesheet is linked, not given to Gradio, which would drop its container queries. All modules and the weights are
# requested at once, instead of each when another one imports it. A script does so, since it knows the root path of a
# proxy: Gradio's configuration comes before it in the document.
PRELOAD = """
<script>
(() => {
  const root = window.gradio_config?.root ?? "";
  const add = (attributes) => document.head.append(Object.assign(document.createElement("link"), attributes));
  add({ rel: "stylesheet", href: root + %s });
  for (const path of %s) add({ rel: "modulepreload", href: root + path });
  for (const path of %s) add({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href: root + path });
})();
</script>
"""


def head(routes: Routes) -> str:
    """HTML for the document's head."""
    modules = [f"{STATIC_URL}/{name}" for name in FILES if name.endswith(".js")]
    data = [f"{routes.network_url}/model.safetensors", f"{STATIC_URL}/examples.json"]
    return PRELOAD % tuple(map(json.dumps, (STYLE, modules, data)))
