// The theme follows the operating system until the button is used.

const dark = matchMedia("(prefers-color-scheme: dark)");

function showTheme() {
  const chosen = document.documentElement.dataset.theme;
  byId("theme").setAttribute("aria-pressed", String(chosen ? chosen === "dark" : dark.matches));
}
byId("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = byId("theme").getAttribute("aria-pressed") === "true" ? "light" : "dark";
  showTheme();
});
dark.addEventListener("change", showTheme);
showTheme();

guarded(byId("run-all"), async () => {
  const system = await ask("system");
  const name = list(distinct(system.apis).map((api) => api.name || api.key)) || "No API";
  document.title = `${name} – Local console`;
  byId("serving").replaceChildren(`${name}, served from its template at `, code(system.url));
  await showMatrix(system);
  drawSystem(system);
  showClients(system);
  showSteps(system);
  showInspector(system);
  document.documentElement.dataset.ready = "";
});
